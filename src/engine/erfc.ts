// The complementary error function as numbers, the same for eager and for the plan's WGSL: erfc(z) is
// t exp(-z^2 + polynomial(t)) with t = 1 / (1 + z / 2), z >= 0. Numerical Recipes, "erfcc".

/** Coefficients of the polynomial in t, from t^0 on. */
export const ERFC_COEFFICIENTS: readonly number[] = [
  -1.26551223, 1.00002368, 0.37409196, 0.09678418, -0.18628806, 0.27886807, -1.13520398, 1.48851587,
  -0.82215223, 0.17087277,
];

/** Beyond this x the normal distribution is 0 or 1 in float32, and exp would leave its normal numbers. */
export const ERFC_LIMIT = 9;
