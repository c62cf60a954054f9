// An RP2040 with a MicroPython image, on rp2040js: its flash, its USB, its pins and its SPI 0. Models no card chip.
//
// node rp2040.mjs PARTS FLASH.img TO_CHIP FROM_CHIP, the last two being open file descriptors. PARTS is the folder that
// prepare.sh made. FLASH.img is what lies in the flash behind MicroPython; it is read first, if it is there, and kept.
// Standard output has lines of JSON: {"port": N}, a TCP port on the loopback address which is the board's USB serial,
// and {"ms": N, "pins": {"2": 1}} for those outputs that have changed within a millisecond, which is the board's N-th.
// To the chip go 10 bytes at a time: what (b select, r reset, x transfer), its value, and the nanoseconds so far, 64 bits;
// to a transfer the chip answers with one byte.

import fs from 'node:fs';
import net from 'node:net';
import { createRequire } from 'node:module';
import path from 'node:path';

const [, , parts, flashPath, toChip, fromChip] = process.argv;
const { ConsoleLogger, GPIOPinState, LogLevel, Simulator, USBCDC } = createRequire(path.resolve(parts, '_'))('rp2040js');
const PINS = 30, CHIP_SELECT = 17, RESET = 20, BUS = [16, 18, 19], BUTTONS = [6, 7, 8, 9, 10]; // of firmware/boards/rp2.py
const XIP = 0x10000000, FLASH_BYTES = 2 << 20, STORAGE_AT = 0xa0000;
const CYCLE_NS = 8, SLICE_NS = 1_000_000;

const { clock, rp2040: mcu } = new Simulator();
mcu.logger = new ConsoleLogger(LogLevel.Error); // on standard error
mcu.loadBootrom(new Uint32Array(JSON.parse(fs.readFileSync(path.join(parts, 'bootrom.json')))));
replaceFlashRoutines();
loadImage(fs.readFileSync(path.join(parts, 'image.uf2')));
if (fs.existsSync(flashPath)) mcu.flash.set(fs.readFileSync(flashPath), STORAGE_AT);
const storage = fs.openSync(flashPath, 'w+');
fs.writeSync(storage, mcu.flash.subarray(STORAGE_AT, FLASH_BYTES));
attachChip();
const serial = attachSerial();
const report = reportPins();
for (const pin of BUTTONS) mcu.gpio[pin].setInputValue(true); // rp2040js models no pull-up
mcu.core.PC = XIP;
const began = process.hrtime.bigint();
run();

function say(fields) { fs.writeSync(1, JSON.stringify(fields) + '\n'); }

// rp2040js models reading its flash only. The boot ROM's routines that write it (RP2040 data sheet, 2.8.3.1.3) are found
// in the ROM's own table and replaced by a breakpoint that does their work.
function replaceFlashRoutines() {
  const rom = new DataView(mcu.bootrom.buffer);
  const routines = { IF: null, EX: null, FC: null, CX: null, RE: erase, RP: program };
  const acts = [];
  for (let at = rom.getUint16(0x14, true); rom.getUint16(at, true); at += 4) {
    const name = String.fromCharCode(rom.getUint8(at), rom.getUint8(at + 1));
    if (!(name in routines)) continue;
    const entry = rom.getUint16(at + 2, true) & ~1;
    rom.setUint16(entry, 0xbe00 | acts.length, true); // BKPT
    rom.setUint16(entry + 2, 0x4770, true); // BX LR
    acts.push(routines[name]);
  }
  mcu.onBreak = (number) => acts[number]?.(...mcu.core.registers.slice(0, 3));
}

function erase(at, count) {
  mcu.flash.fill(0xff, at, at + count);
  keep(at, count);
}

function program(at, from, count) {
  for (let i = 0; i < count; i++) mcu.flash[at + i] &= mcu.readUint8(from + i);
  keep(at, count);
}

function keep(at, count) {
  if (at >= STORAGE_AT) fs.writeSync(storage, mcu.flash, at, count, at - STORAGE_AT);
}

function loadImage(image) {
  for (let at = 0; at + 512 <= image.length; at += 512) {
    const address = image.readUInt32LE(at + 12), size = image.readUInt32LE(at + 16);
    mcu.flash.set(image.subarray(at + 32, at + 32 + size), address - XIP);
  }
}

function attachChip() {
  const message = Buffer.alloc(10), answer = Buffer.alloc(1);
  const tell = (what, value) => {
    message.write(what, 0, 'latin1');
    message[1] = value;
    message.writeBigUInt64LE(BigInt(Math.round(clock.nanos)), 2);
    fs.writeSync(+toChip, message);
  };
  mcu.spi[0].onTransmit = (value) => {
    tell('x', value);
    if (!fs.readSync(+fromChip, answer)) process.exit(0);
    mcu.spi[0].completeTransmit(answer[0]);
  };
  mcu.gpio[CHIP_SELECT].addListener((state) => tell('b', +(state !== GPIOPinState.Low)));
  mcu.gpio[RESET].addListener((state) => tell('r', +(state !== GPIOPinState.Low)));
}

function attachSerial() {
  const cdc = new USBCDC(mcu.usbCtrl), waiting = [], sockets = new Set();
  cdc.onSerialData = (data) => sockets.forEach((socket) => socket.write(data));
  const server = net.createServer((socket) => {
    socket.setNoDelay(true);
    sockets.add(socket);
    socket.on('data', (data) => waiting.push(...data));
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => {});
  });
  cdc.onDeviceConnected = () => server.listen(0, '127.0.0.1', () => say({ port: server.address().port }));
  return () => { while (waiting.length && !cdc.txFIFO.full) cdc.sendSerialByte(waiting.shift()); };
}

function reportPins() {
  let changed = {};
  for (let pin = 0; pin < PINS; pin++) {
    if ([...BUS, CHIP_SELECT, RESET].includes(pin)) continue;
    mcu.gpio[pin].addListener((state) => {
      if (state === GPIOPinState.Low || state === GPIOPinState.High) changed[pin] = +(state === GPIOPinState.High);
    });
  }
  return () => {
    if (Object.keys(changed).length) say({ ms: Math.round(clock.nanos / 1e6), pins: changed });
    changed = {};
  };
}

// One millisecond of the board, and never ahead of the time outside: whoever answers it does so in real time.
function run() {
  serial();
  const until = clock.nanos + SLICE_NS;
  while (clock.nanos < until) {
    if (mcu.core.waiting) clock.tick(Math.min(clock.nanosToNextAlarm || SLICE_NS, until - clock.nanos));
    else clock.tick(mcu.core.executeInstruction() * CYCLE_NS);
  }
  report();
  const ahead = clock.nanos - Number(process.hrtime.bigint() - began);
  if (ahead > SLICE_NS) setTimeout(run, ahead / 1e6);
  else setImmediate(run);
}
