/* XXH64, after its public specification: 32-byte stripes in four lanes, a tail, an avalanche. */
#include "runtime.h"
#include <string.h>

static const uint64_t kPrime[5] = {0x9E3779B185EBCA87u, 0xC2B2AE3D27D4EB4Fu, 0x165667B19E3779F9u, 0x85EBCA77C2B2AE63u,
                                   0x27D4EB2F165667C5u};

static uint64_t rotate(uint64_t value, int by) { return (value << by) | (value >> (64 - by)); }

static uint64_t load64(const unsigned char *at) {
  uint64_t value;
  memcpy(&value, at, sizeof value);
  return value;
}

static uint64_t round_lane(uint64_t lane, uint64_t input) { return rotate(lane + input * kPrime[1], 31) * kPrime[0]; }

static void consume(uint64_t lanes[4], const unsigned char *at, size_t stripes) {
  uint64_t a = lanes[0], b = lanes[1], c = lanes[2], d = lanes[3];
  for (; stripes; --stripes, at += 32) {
    a = round_lane(a, load64(at));
    b = round_lane(b, load64(at + 8));
    c = round_lane(c, load64(at + 16));
    d = round_lane(d, load64(at + 24));
  }
  lanes[0] = a, lanes[1] = b, lanes[2] = c, lanes[3] = d;
}

void hewn_rt_hash_init(hewn_rt_hash *state) {
  memset(state, 0, sizeof *state);
  state->lanes[0] = kPrime[0] + kPrime[1];
  state->lanes[1] = kPrime[1];
  state->lanes[3] = 0 - kPrime[0];
}

void hewn_rt_hash_update(hewn_rt_hash *state, const void *data, size_t bytes) {
  const unsigned char *at = data;
  state->length += bytes;
  if (state->buffered) {
    size_t take = 32 - state->buffered < bytes ? 32 - state->buffered : bytes;
    memcpy(state->buffer + state->buffered, at, take);
    state->buffered += (unsigned)take;
    at += take, bytes -= take;
    if (state->buffered < 32)
      return;
    consume(state->lanes, state->buffer, 1);
    state->buffered = 0;
  }
  consume(state->lanes, at, bytes / 32);
  at += bytes / 32 * 32, bytes %= 32;
  if (bytes)
    memcpy(state->buffer, at, bytes);
  state->buffered = (unsigned)bytes;
}

uint64_t hewn_rt_hash_final(const hewn_rt_hash *state) {
  const uint64_t *lanes = state->lanes;
  uint64_t hash = kPrime[4];
  if (state->length >= 32) {
    hash = rotate(lanes[0], 1) + rotate(lanes[1], 7) + rotate(lanes[2], 12) + rotate(lanes[3], 18);
    for (int i = 0; i < 4; ++i)
      hash = (hash ^ round_lane(0, lanes[i])) * kPrime[0] + kPrime[3];
  }
  hash += state->length;
  const unsigned char *at = state->buffer;
  unsigned left = state->buffered;
  for (; left >= 8; left -= 8, at += 8)
    hash = rotate(hash ^ round_lane(0, load64(at)), 27) * kPrime[0] + kPrime[3];
  if (left >= 4) {
    uint32_t word;
    memcpy(&word, at, sizeof word);
    hash = rotate(hash ^ word * kPrime[0], 23) * kPrime[1] + kPrime[2];
    left -= 4, at += 4;
  }
  for (; left; --left, ++at)
    hash = rotate(hash ^ *at * kPrime[4], 11) * kPrime[0];
  hash = (hash ^ (hash >> 33)) * kPrime[1];
  hash = (hash ^ (hash >> 29)) * kPrime[2];
  return hash ^ (hash >> 32);
}
