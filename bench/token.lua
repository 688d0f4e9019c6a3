-- For wrk: posts a form of those in the file that FORMS names, one a line: one after the other if SEED is not set, else drawn at
-- random from it. AUTHORIZATION, if it is set, is sent as it is. Ends with one line of figures.

local path = assert(os.getenv('FORMS'), 'FORMS is not set')
local forms = {}
for line in io.lines(path) do
  forms[#forms + 1] = line
end
assert(#forms > 0, 'FORMS names an empty file')

wrk.method = 'POST'
wrk.headers['Content-Type'] = 'application/x-www-form-urlencoded'
wrk.headers['Authorization'] = os.getenv('AUTHORIZATION')

-- With one form, wrk makes the request once by itself.
if #forms == 1 then
  wrk.body = forms[1]
else
  local requests = {}
  function init()
    for index, form in ipairs(forms) do
      requests[index] = wrk.format(nil, nil, nil, form)
    end
  end
  local seed = tonumber(os.getenv('SEED'))
  if seed then
    math.randomseed(seed)
    function request()
      return requests[math.random(#requests)]
    end
  else
    local last = 0
    function request()
      last = last % #requests + 1
      return requests[last]
    end
  end
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format('figures requests=%d micros=%d p50=%d p99=%d failed=%d\n',
    summary.requests, summary.duration, latency:percentile(50), latency:percentile(99),
    errors.status + errors.connect + errors.read + errors.write + errors.timeout))
end
