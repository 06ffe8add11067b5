/* Keccak-256 as Ethereum uses it (FIPS 202's permutation, the older padding). Lanes are pairs of 32-bit halves. */

const RATE_BYTES = 136;
const ROUNDS = [
  "0000000000000001",
  "0000000000008082",
  "800000000000808a",
  "8000000080008000",
  "000000000000808b",
  "0000000080000001",
  "8000000080008081",
  "8000000000008009",
  "000000000000008a",
  "0000000000000088",
  "0000000080008009",
  "000000008000000a",
  "000000008000808b",
  "800000000000008b",
  "8000000000008089",
  "8000000000008003",
  "8000000000008002",
  "8000000000000080",
  "000000000000800a",
  "800000008000000a",
  "8000000080008081",
  "8000000000008080",
  "0000000080000001",
  "8000000080008008",
].map((word) => [parseInt(word.slice(8), 16), parseInt(word.slice(0, 8), 16)]);
const TURNS = [1, 3, 6, 10, 15, 21, 28, 36, 45, 55, 2, 14, 27, 41, 56, 8, 25, 43, 62, 18, 39, 61, 20, 44];
const PLACES = [10, 7, 11, 17, 18, 3, 5, 16, 8, 21, 24, 4, 15, 23, 19, 13, 12, 2, 20, 14, 22, 9, 6, 1];

/** Hash bytes; gives 32 bytes. */
export function keccak256(bytes) {
  const state = new Int32Array(50);
  const padded = new Uint8Array((Math.floor(bytes.length / RATE_BYTES) + 1) * RATE_BYTES);
  padded.set(bytes);
  padded[bytes.length] = 1;
  padded[padded.length - 1] |= 0x80;
  const words = new DataView(padded.buffer);
  for (let start = 0; start < padded.length; start += RATE_BYTES) {
    for (let at = 0; at < RATE_BYTES / 4; at += 1) state[at] ^= words.getInt32(start + 4 * at, true);
    permute(state);
  }
  const hash = new DataView(new ArrayBuffer(32));
  for (let at = 0; at < 8; at += 1) hash.setInt32(4 * at, state[at], true);
  return new Uint8Array(hash.buffer);
}

function permute(state) {
  for (const [low, high] of ROUNDS) {
    mixColumns(state);
    moveLanes(state);
    mixRows(state);
    state[0] ^= low;
    state[1] ^= high;
  }
}

function mixColumns(state) {
  const sums = new Int32Array(10);
  for (let at = 0; at < 50; at += 1) sums[at % 10] ^= state[at];
  for (let column = 0; column < 5; column += 1) {
    const before = ((column + 4) % 5) * 2;
    const after = ((column + 1) % 5) * 2;
    const low = sums[before] ^ ((sums[after] << 1) | (sums[after + 1] >>> 31));
    const high = sums[before + 1] ^ ((sums[after + 1] << 1) | (sums[after] >>> 31));
    for (let at = 2 * column; at < 50; at += 10) {
      state[at] ^= low;
      state[at + 1] ^= high;
    }
  }
}

function moveLanes(state) {
  let low = state[2];
  let high = state[3];
  for (let step = 0; step < 24; step += 1) {
    const place = 2 * PLACES[step];
    const turn = TURNS[step] % 32;
    if (TURNS[step] >= 32) [low, high] = [high, low];
    const [keptLow, keptHigh] = [state[place], state[place + 1]];
    state[place] = turn ? (low << turn) | (high >>> (32 - turn)) : low;
    state[place + 1] = turn ? (high << turn) | (low >>> (32 - turn)) : high;
    low = keptLow;
    high = keptHigh;
  }
}

function mixRows(state) {
  for (let row = 0; row < 50; row += 10) {
    const lanes = state.slice(row, row + 10);
    for (let at = 0; at < 10; at += 1) state[row + at] ^= ~lanes[(at + 2) % 10] & lanes[(at + 4) % 10];
  }
}
