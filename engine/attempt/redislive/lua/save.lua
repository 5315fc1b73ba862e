-- save applies a batch of operations of one epoch, all of them or none. What
-- was applied before with the same content is passed over; so it is also after
-- the end, where only what is new is refused.
--
-- KEYS[1] attempt hash   KEYS[2] answers hash   KEYS[3] operations hash
-- ARGV[1] now ms   ARGV[2] candidate   ARGV[3] epoch   ARGV[4] first sequence
-- ARGV[5] count, then for each operation, their sequences following each
--   other: slot, flag (0 or 1) followed by the response, client ms
-- returns reply(OK | UNKNOWN | FOREIGN | AHEAD | TAKEN | CONFLICT | CLOSED |
--   LATE | GAP | INVALID)
local a = load(KEYS[1])
if not a then
  return reply(UNKNOWN)
end
if a.candidate ~= ARGV[2] then
  return reply(FOREIGN)
end
local epoch = tonumber(ARGV[3])
if epoch > a.epoch then
  return reply(AHEAD, a)
end
if epoch < a.epoch then
  return reply(TAKEN, a)
end
local first, count = tonumber(ARGV[4]), tonumber(ARGV[5])
for i = 0, count - 1 do
  local seq = first + i
  local slot, content = tonumber(ARGV[6 + 3 * i]), ARGV[7 + 3 * i]
  if slot < 1 or slot > a.slots then
    return reply(INVALID, a)
  end
  if seq <= a.applied then
    local stored = redis.call('HGET', KEYS[3], epoch .. ':' .. seq)
    if stored then
      local received = string.find(stored, ':', 1, true)
      local client = string.find(stored, ':', received + 1, true)
      if string.sub(stored, client + 1) ~= ARGV[6 + 3 * i] .. ':' .. content then
        return reply(CONFLICT, a, seq)
      end
    end
  end
end
local fresh = first + count - 1 > a.applied
if not goesOn(a) then
  return reply(CLOSED, a)
end
-- What was written before a pause, or by a page that could not hear of it,
-- counts: the clock stands still and nobody wins time by it.
local now = tonumber(ARGV[1])
if fresh and tooLate(a, now) then
  return reply(LATE, a)
end
if first > a.applied + 1 then
  return reply(GAP, a)
end

for i = a.applied + 1 - first, count - 1 do
  local slot, content = ARGV[6 + 3 * i], ARGV[7 + 3 * i]
  local before = redis.call('HGET', KEYS[2], slot)
  if before and #before > 1 then
    a.answered = a.answered - 1
  end
  if #content > 1 then
    a.answered = a.answered + 1
  end
  redis.call('HSET', KEYS[2], slot, content)
  redis.call('HSET', KEYS[3], epoch .. ':' .. (first + i),
    ARGV[1] .. ':' .. ARGV[8 + 3 * i] .. ':' .. slot .. ':' .. content)
end
if fresh then
  a.applied = first + count - 1
end
redis.call('HSET', KEYS[1], 'applied', a.applied, 'answered', a.answered, 'seen', ARGV[1])
return reply(OK, a, 0, gone(a, now))
