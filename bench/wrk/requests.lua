-- wrk sends the requests of a file one after the other and begins again at its end. A line is a path, and after a tab each the
-- access token and the body (a POST), where there are any.
-- Arguments: the file; the number of the first request. "{n}" in a path becomes twelve digits that no other request has, "{c}" the
-- same in base64.

local requests = {}
local count = 0
local number = 0

local alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"

-- Of twelve characters: four groups of three, so nothing is left over.
local function base64(text)
  return (text:gsub("...", function(group)
    local a, b, c = group:byte(1, 3)
    local bits = a * 65536 + b * 256 + c
    local out = ""
    for shift = 3, 0, -1 do
      local index = math.floor(bits / 64 ^ shift) % 64 + 1
      out = out .. alphabet:sub(index, index)
    end
    return out
  end))
end

function init(args)
  number = tonumber(args[2] or "0")
  for line in io.lines(args[1]) do
    local path, token, body = line:match("^([^\t]*)\t?([^\t]*)\t?(.*)$")
    local headers = {}
    if token ~= "" then headers["Authorization"] = "Bearer " .. token end
    if body ~= "" then headers["Content-Type"] = "application/json" end
    local before, form, after = path:match("^(.*){([nc])}(.*)$")
    local method = body ~= "" and "POST" or "GET"
    count = count + 1
    if before then
      requests[count] = { method = method, before = before, form = form, after = after, headers = headers }
    else
      requests[count] = { text = wrk.format(method, path, headers, body ~= "" and body or nil) }
    end
  end
end

function request()
  number = number + 1
  local next = requests[number % count + 1]
  if next.text then return next.text end
  local digits = string.format("%012d", number)
  if next.form == "c" then digits = base64(digits) end
  return wrk.format(next.method, next.before .. digits .. next.after, next.headers)
end

function done(summary, latency)
  local errors = summary.errors
  print(string.format("RESULT %d %d %d %d %d", summary.requests, summary.duration,
    errors.connect + errors.read + errors.write + errors.timeout + errors.status, latency:percentile(50), latency:percentile(99)))
end
