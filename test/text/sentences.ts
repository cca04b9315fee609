// Captions of many scripts from which the vocabulary of test/fixtures/tokenizer is trained, and what the
// built-in sets say. Not here: the 10,000 texts that are encoded with it (interop/make_tokenizer_fixture.py).
import { readFileSync } from 'node:fs';
import { type Captions, captionOf } from '../../src/data/packed-set.ts';
import { PLANETS } from '../../src/data/packed-sets.ts';
import { shapeCaption, SHAPES } from '../../src/data/shapes.ts';

const planets = JSON.parse(
  readFileSync(new URL('../../public/datasets/planets/captions.json', import.meta.url), 'utf8'),
) as Captions;

/** The captions of the built-in planets. */
export const planetCaptions = Array.from({ length: PLANETS.info.count }, (_, i) => captionOf(planets, i));

/** The captions of the built-in shapes. */
export const shapeCaptions = Array.from({ length: SHAPES.count }, (_, i) => shapeCaption(i));

const SENTENCES = [
  "It's a cat's tail that we've seen; they're sure it'll rain, I'd say don't, I'm not.",
  'A man riding a wave on top of a surfboard, a woman holding an umbrella in the rain.',
  'Two dogs are playing with a frisbee in the park. Three children look at them!',
  'A plate of food with rice, beans and 2 eggs (3.50 dollars) on a wooden table...',
  'Der Fluß fließt über die Brücke; größere Bäume, ÄPFEL und Öl, das Mädchen trägt Schuhe.',
  'Une école près de la forêt où l’élève déçu rêve, ça et là, d’un garçon naïf.',
  'El niño pequeño comió una piña en la montaña; ¿dónde está la señora? ¡Aquí!',
  'Ο Οδυσσέας ΕΊΔΕ ΤΗΝ ΘΆΛΑΣΣΑ ΚΑΙ ΤΟΥΣ ΑΝΈΜΟΥΣ, και οι άνεμοι της θάλασσας.',
  'İstanbul’da ışıklı bir ağaç ve ılık çay; IĞDIR’ın güneşi, İzmir’in denizi.',
  'Красная машина стоит на улице, а чёрная кошка сидит на крыше дома.',
  'קו של עצים ליד הים, والقطة تجلس على السجادة الحمراء في البيت',
  'हिन्दी में एक लाल फूल और नीला आसमान है, फूल नीला है।',
  '一只红色的猫坐在蓝色的桌子上。青い空と赤い花、猫は机の上にいます。하늘은 파랗고 꽃은 빨갛다.',
  'แมวสีแดงนั่งอยู่บนโต๊ะ, con mèo màu đỏ ngồi trên bàn màu xanh',
  '🌍🚀👩‍🚀 👨‍👩‍👧‍👦 ❤️ 🏳️‍🌈 🇩🇪🇫🇷 ✨✨ (◕‿◕) -- *** ###',
  'ﬁne ﬂuﬀy ǅ x² ½ Ⅳ ℃ Å é e\u0301 ậ a\u0323\u0302 fa\u0301bula cafe\u0301',
];

/** All captions of which the fixture's vocabulary is made: the sentences four times, so that pairs recur. */
export const fixtureCaptions = [
  ...Array.from({ length: 4 }, () => SENTENCES).flat(),
  ...shapeCaptions,
  ...planetCaptions,
];
