-- Counts one attempt in a fixed window.
-- KEYS[1] the counter
-- ARGV[1] how many are allowed   ARGV[2] the window in ms
-- Returns 0 if the attempt is allowed, else the ms until the window ends.
local n = redis.call('INCR', KEYS[1])
if n == 1 then
  redis.call('PEXPIRE', KEYS[1], ARGV[2])
end
if n <= tonumber(ARGV[1]) then
  return 0
end
local left = redis.call('PTTL', KEYS[1])
if left < 1 then
  redis.call('PEXPIRE', KEYS[1], ARGV[2])
  return tonumber(ARGV[2])
end
return left
