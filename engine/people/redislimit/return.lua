-- Takes one counted attempt back. A window that has ended stays ended.
-- KEYS[1] the counter
-- Returns what is left.
local n = tonumber(redis.call('GET', KEYS[1]) or '0')
if n < 1 then
  return 0
end
return redis.call('DECR', KEYS[1])
