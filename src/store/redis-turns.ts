/**
 * The line of those that wait for a lease, as a script inside Redis: the same order as in `turns.ts`. Knows no client.
 *
 * The line is a sorted set without scores: a waiter's entry begins with its class, its start and its number, so that the set
 * sorts as the line stands. The book has each waiter's entry, each key's next start, and what each class had.
 */

/** Line, lapses, book, holder. */
export const forgetWaiter = `
local function forgetWaiter(line, lapses, book, holder)
  local entry = redis.call('HGET', book, 'entry ' .. holder)
  if not entry then return end
  redis.call('ZREM', line, entry)
  redis.call('ZREM', lapses, 'entry ' .. holder)
  redis.call('HDEL', book, 'entry ' .. holder)
end
`;

/** Those that wait and marks of keys, after their time. */
const forgetLapsed = `
local function forgetLapsed(line, lapses, book, now)
  local time = string.format('%.0f', now)
  for _, field in ipairs(redis.call('ZRANGEBYSCORE', lapses, '-inf', time)) do
    local entry = redis.call('HGET', book, field)
    if entry then redis.call('ZREM', line, entry) end
    redis.call('HDEL', book, field)
  end
  redis.call('ZREMRANGEBYSCORE', lapses, '-inf', time)
end
`;

/** The classes that wait, the highest first; `taken` counts the turns that are given out below. */
const classesOf = `
local function classesOf(line, book)
  local classes = {}
  local from = '-'
  while true do
    local first = redis.call('ZRANGEBYLEX', line, from, '+', 'LIMIT', 0, 1)[1]
    if not first then return classes end
    local name = string.match(first, '^%d+')
    table.insert(classes, {
      name = name,
      taken = 0,
      waiting = redis.call('ZLEXCOUNT', line, '[' .. name .. ' ', '(' .. name .. '!'),
      passed = tonumber(redis.call('HGET', book, 'passed ' .. name) or '0'),
    })
    from = '(' .. name .. '!'
  end
end
`;

/** Whether the waiter with so many before it in its class is among the next. */
const isNext = `
local function isNext(classes, free, class, before, longestRun)
  for _ = 1, free do
    local next, highest
    for _, one in ipairs(classes) do
      if one.taken < one.waiting then
        if not highest then
          highest = one
        elseif one.passed >= longestRun and (not next or one.passed > next.passed) then
          next = one
        end
      end
    end
    next = next or highest
    if not next then return false end
    if next.name == class and next.taken == before then return true end
    for _, one in ipairs(classes) do
      if one.name > next.name and one.taken < one.waiting then one.passed = one.passed + 1 end
    end
    next.passed = 0
    next.taken = next.taken + 1
  end
  return false
end
`;

/**
 * A lease, its line, lapses and book; holder, time to live, limit, class, key, milliseconds that the waiter and that the mark of
 * its key last, the longest run of a class → 1 where it is held.
 */
export const acquireInTurn = `${forgetWaiter}${forgetLapsed}${classesOf}${isNext}
local leases, line, lapses, book = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local holder, class = ARGV[1], ARGV[4]
local function later(duration) return string.format('%.0f', now + duration) end
redis.call('ZREMRANGEBYSCORE', leases, '-inf', string.format('%.0f', now))
local function hold()
  redis.call('ZADD', leases, later(ARGV[2]), holder)
  redis.call('PEXPIREAT', leases, redis.call('ZREVRANGE', leases, 0, 0, 'WITHSCORES')[2])
  return 1
end
if redis.call('ZSCORE', leases, holder) then return hold() end

local mark = 'mark ' .. class .. ' ' .. ARGV[5]
local entry = redis.call('HGET', book, 'entry ' .. holder)
if not entry then
  local time = tonumber(redis.call('HGET', book, 'time ' .. class) or '0')
  local start = math.max(time, tonumber(redis.call('HGET', book, mark) or '0'))
  local number = redis.call('HINCRBY', book, 'arrivals', 1)
  entry = string.format('%s %015.0f %015.0f %s', class, start, number, holder)
  redis.call('ZADD', line, 0, entry)
  redis.call('HSET', book, 'entry ' .. holder, entry, mark, string.format('%.0f', start + 1))
end
redis.call('ZADD', lapses, later(ARGV[6]), 'entry ' .. holder, later(ARGV[7]), mark)
for i = 2, 4 do redis.call('PEXPIRE', KEYS[i], ARGV[7]) end

local free = tonumber(ARGV[3]) - redis.call('ZCARD', leases)
if free <= 0 then return 0 end
forgetLapsed(line, lapses, book, now)
local before = redis.call('ZLEXCOUNT', line, '[' .. class .. ' ', '(' .. entry)
if not isNext(classesOf(line, book), free, class, before, tonumber(ARGV[8])) then return 0 end
forgetWaiter(line, lapses, book, holder)
local start = tonumber(string.match(entry, '^%d+ (%d+)'))
local time = tonumber(redis.call('HGET', book, 'time ' .. class) or '0')
redis.call('HSET', book, 'time ' .. class, string.format('%.0f', math.max(time, start)), 'passed ' .. class, 0)
for _, other in ipairs(classesOf(line, book)) do
  if other.name > class then redis.call('HINCRBY', book, 'passed ' .. other.name, 1) end
end
return hold()`;
