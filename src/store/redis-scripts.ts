/** What runs inside Redis, so that each operation is one step there. Knows no client. */

import { acquireInTurn, forgetWaiter } from "./redis-turns.ts";

/** The keys come first, the other arguments after them. */
export interface RedisScript {
  readonly lua: string;
}

/** Redis's own clock in milliseconds, for scripts that keep times. */
const serverTime = `
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
`;

/** A stored text is kept as its lifetime, a space and itself, so that reading can renew it. */
export const scripts = {
  get: {
    lua: `
local value = redis.call('GET', KEYS[1])
if value then redis.call('PEXPIRE', KEYS[1], string.match(value, '^%d+')) end
return value`,
  },
  /** Points, limit, window in milliseconds → whether allowed, what is used, milliseconds to the window's end. */
  takePoints: {
    lua: `
local used = tonumber(redis.call('GET', KEYS[1]) or '0')
local points, limit = tonumber(ARGV[1]), tonumber(ARGV[2])
local rest = redis.call('PTTL', KEYS[1])
if rest <= 0 then
  rest = tonumber(ARGV[3])
  used = 0
end
if points > 0 and used + points > limit then return { 0, used, rest } end
used = math.max(0, used + points)
redis.call('SET', KEYS[1], string.format('%.0f', used), 'PX', string.format('%.0f', rest))
return { 1, used, rest }`,
  },
  /** Holder, time to live in milliseconds, limit → 1 where it is held. */
  acquireLease: {
    lua: `${serverTime}
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', string.format('%.0f', now))
if not redis.call('ZSCORE', KEYS[1], ARGV[1]) and redis.call('ZCARD', KEYS[1]) >= tonumber(ARGV[3]) then
  return 0
end
redis.call('ZADD', KEYS[1], string.format('%.0f', now + ARGV[2]), ARGV[1])
redis.call('PEXPIREAT', KEYS[1], redis.call('ZREVRANGE', KEYS[1], 0, 0, 'WITHSCORES')[2])
return 1`,
  },
  /** A name for each lease; after them holder and time to live of each in turn → 1 for each that had not lapsed. */
  renewLeases: {
    lua: `${serverTime}
local held = {}
for i, key in ipairs(KEYS) do
  local holder, ttl = ARGV[2 * i - 1], ARGV[2 * i]
  redis.call('ZREMRANGEBYSCORE', key, '-inf', string.format('%.0f', now))
  held[i] = redis.call('ZSCORE', key, holder) and 1 or 0
  redis.call('ZADD', key, string.format('%.0f', now + ttl), holder)
  redis.call('PEXPIREAT', key, redis.call('ZREVRANGE', key, 0, 0, 'WITHSCORES')[2])
end
return held`,
  },
  acquireInTurn: { lua: `${serverTime}${acquireInTurn}` },
  /** Four names for each lease, its own and those of its line; after them the holder of each. */
  releaseLeases: {
    lua: `${forgetWaiter}
for i, holder in ipairs(ARGV) do
  local at = 4 * i - 3
  redis.call('ZREM', KEYS[at], holder)
  forgetWaiter(KEYS[at + 1], KEYS[at + 2], KEYS[at + 3], holder)
end
return 1`,
  },
} as const satisfies Readonly<Record<string, RedisScript>>;

export type ScriptName = keyof typeof scripts;
