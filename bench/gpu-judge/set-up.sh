#!/bin/sh
# set-up.sh FOLDER [--intel]: fetches what the judge needs into FOLDER, by default ~/.cache/perennial-judge: Debian trixie's
# Vulkan drivers with their C library (unpacked, nothing is installed), Dawn for Node, the layer. Needs apt, dpkg, gcc, npm; no
# root, no GPU. --intel also builds the library that stands in for Intel's kernel driver, from Debian's source of Mesa: meson,
# ninja, g++, python3, pkg-config, bison, flex, libdrm-dev, libexpat1-dev, zlib1g-dev.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
home=${1:-$HOME/.cache/perennial-judge}
mkdir -p "$home/apt/lists/partial" "$home/apt/cache/archives/partial" "$home/root" "$home/icd" "$home/layer" "$home/shim"
cd "$home"
home=$(pwd)

# The mirror that this Debian or Ubuntu has, with the suite whose Mesa (25.0) still opens an AMD device without hardware.
mirror=$(cat /etc/apt/sources.list /etc/apt/sources.list.d/* 2>/dev/null | grep -v "^#" | grep -oE "https?://[^ ]+/debian" | head -1)
[ -n "$mirror" ] || { echo "expected a mirror of Debian in /etc/apt: found none" >&2; exit 1; }
printf 'deb %s trixie main\ndeb-src %s trixie main\n' "$mirror" "$mirror" > apt/sources.list
: > apt/status
apt="apt-get -qq -o Dir::Etc::SourceList=$home/apt/sources.list -o Dir::Etc::SourceParts=/dev/null -o Dir::State::Lists=$home/apt/lists -o Dir::Cache=$home/apt/cache -o Dir::State::Status=$home/apt/status -o APT::Sandbox::User=$(id -un) -o Debug::NoLocking=1"
$apt update
# With an empty status file apt brings the C library too: the driver runs with its own.
$apt -y --no-install-recommends --download-only install mesa-vulkan-drivers libvulkan1 libvulkan-dev
for deb in apt/cache/archives/*.deb; do dpkg -x "$deb" root; done

lib=$home/root/usr/lib/$(uname -m)-linux-gnu
for driver in radeon intel; do
  sed "s#\"library_path\": *\"[^\"]*lib#\"library_path\": \"$lib/lib#" "root/usr/share/vulkan/icd.d/${driver}_icd.json" > "icd/$driver.json"
done
gcc -O1 -shared -fPIC -Wall -Iroot/usr/include -o layer/libjudge_layer.so "$here/judge-layer.c"
cat > layer/judge_layer.json <<END
{ "file_format_version": "1.1.2",
  "layer": { "name": "VK_LAYER_PERENNIAL_judge", "type": "GLOBAL", "library_path": "./libjudge_layer.so", "api_version": "1.3.0",
             "implementation_version": "1", "description": "Says what a driver's compiler makes of compute pipelines" } }
END
echo '{ "private": true }' > package.json
npm install --no-audit --no-fund --ignore-scripts --no-package-lock webgpu@0.6.2

if [ "${2:-}" = --intel ]; then
  mkdir -p source
  cd source
  $apt source --download-only mesa
  tar xf mesa_*.orig.tar.xz
  mesa=$(ls -d "$home"/source/mesa-*/ | head -1)
  python3 -m venv venv
  venv/bin/pip -q install meson==1.12.1 mako pyyaml packaging
  PATH="$home/source/venv/bin:$PATH"
  meson setup build "$mesa" -Dvulkan-drivers= -Dgallium-drivers= -Dplatforms= -Dglx=disabled -Degl=disabled -Dgbm=disabled \
    -Dopengl=false -Dgles1=disabled -Dgles2=disabled -Dllvm=disabled -Dtools=drm-shim,intel -Dvideo-codecs= -Dbuildtype=release
  ninja -C build src/intel/tools/libintel_noop_drm_shim.so
  cp build/src/intel/tools/libintel_noop_drm_shim.so "$home/shim/"
fi
ls "$home/apt/cache/archives" | grep -E '^(mesa-vulkan|libvulkan1|libllvm|libc6_)'
