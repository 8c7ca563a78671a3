/**
 * The atomic operations of the Redis store. A key holds one of
 *
 * - `V<version>:<json>`: a value;
 * - `L<id>`: the lease of the reader that fills it;
 * - `F<unsettled>|<id>=<expiry>,<id>=<expiry>|<version>:<json>`: the fences of writers, each with its expiry in milliseconds
 *   since the epoch on the server's clock; `unsettled` is 1 when some writer ended without a published value, so that nobody
 *   knows the newest; the last part is the newest value published while another fence stood (or empty).
 *
 * `MemorySnapshotStore` keeps the same states; one suite proves them equal. Versions are below 2^53, which Lua's numbers hold.
 */
const HELPERS = `
local function now()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end
-- Splits a fence; other writers' expired fences leave it unsettled.
local function parse(raw, own, at)
  local unsettled, list, pending = string.match(raw, '^F([01])|([^|]*)|(.*)$')
  local fences, count, dropped = {}, 0, false
  for id, expiry in string.gmatch(list, '([^,=]+)=(%d+)') do
    if id == own or tonumber(expiry) > at then
      fences[id] = tonumber(expiry)
      count = count + 1
    else
      dropped = true
    end
  end
  return { unsettled = unsettled == '1' or dropped, fences = fences, count = count, pending = pending }
end
local function save(key, fence, at)
  local list, latest = {}, 0
  for id, expiry in pairs(fence.fences) do
    list[#list + 1] = id .. '=' .. string.format('%.0f', expiry)
    if expiry > latest then latest = expiry end
  end
  local raw = 'F' .. (fence.unsettled and '1' or '0') .. '|' .. table.concat(list, ',') .. '|' .. fence.pending
  redis.call('SET', key, raw, 'PX', string.format('%.0f', math.max(latest - at, 1)))
end
local function version(value)
  return tonumber(string.match(value, '^(%d+):'))
end
`;

/** The names under which the scripts are defined, with their Lua. Each is one atomic operation. */
export const REDIS_SCRIPTS = {
  /** KEYS: the keys. ARGV: fence id, TTL, 1 when it is there already: where it is not any more, the key is unsettled. */
  snapshotFence: {
    lua: `${HELPERS}
local at = now()
for _, key in ipairs(KEYS) do
  local raw = redis.call('GET', key)
  local fence = { unsettled = false, fences = {}, count = 0, pending = '' }
  if raw and string.sub(raw, 1, 1) == 'F' then fence = parse(raw, ARGV[1], at) end
  if ARGV[3] == '1' and not fence.fences[ARGV[1]] then fence.unsettled = true end
  fence.fences[ARGV[1]] = at + tonumber(ARGV[2])
  save(key, fence, at)
end
return 1`,
  },
  /** KEYS: the keys. ARGV: fence id. */
  snapshotUnfence: {
    lua: `${HELPERS}
local at = now()
for _, key in ipairs(KEYS) do
  local raw = redis.call('GET', key)
  if raw and string.sub(raw, 1, 1) == 'F' then
    local fence = parse(raw, ARGV[1], at)
    if fence.fences[ARGV[1]] then
      fence.fences[ARGV[1]] = nil
      if fence.count == 1 then
        redis.call('DEL', key)
      else
        fence.unsettled = true
        fence.pending = ''
        save(key, fence, at)
      end
    end
  end
end
return 1`,
  },
  /** KEYS: the key. ARGV: fence id, `<version>:<json>`, TTL of the value. */
  snapshotPublish: {
    numberOfKeys: 1,
    lua: `${HELPERS}
local raw = redis.call('GET', KEYS[1])
if not raw then return 0 end
local kind = string.sub(raw, 1, 1)
if kind ~= 'F' then
  if kind ~= 'V' or version(string.sub(raw, 2)) < version(ARGV[2]) then redis.call('DEL', KEYS[1]) end
  return 0
end
local at = now()
local fence = parse(raw, ARGV[1], at)
if fence.fences[ARGV[1]] then
  fence.fences[ARGV[1]] = nil
  fence.count = fence.count - 1
else
  fence.unsettled = true
end
if fence.pending == '' or version(fence.pending) < version(ARGV[2]) then fence.pending = ARGV[2] end
if fence.count > 0 then
  save(KEYS[1], fence, at)
elseif fence.unsettled then
  redis.call('DEL', KEYS[1])
else
  redis.call('SET', KEYS[1], 'V' .. fence.pending, 'PX', ARGV[3])
end
return 1`,
  },
  /** KEYS: the key. ARGV: lease id, `<version>:<json>`, TTL of the value. */
  snapshotFill: {
    numberOfKeys: 1,
    lua: `
if redis.call('GET', KEYS[1]) ~= 'L' .. ARGV[1] then return 0 end
redis.call('SET', KEYS[1], 'V' .. ARGV[2], 'PX', ARGV[3])
return 1`,
  },
} as const satisfies Record<string, { readonly lua: string; readonly numberOfKeys?: number }>;
