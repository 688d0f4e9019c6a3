-- For wrk: posts the forms in the file FORMS, which contains one form per line: in their order if SEED is not set, otherwise in a
-- random order with this seed. If AUTHORIZATION is set, it is sent unchanged as the header. METHOD is another method than POST. Prints one line of figures at the end.

local path = assert(os.getenv('FORMS'), 'FORMS is not set')
local forms = {}
for line in io.lines(path) do
  forms[#forms + 1] = line
end
assert(#forms > 0, 'the file FORMS is empty')

wrk.method = os.getenv('METHOD') or 'POST'
wrk.headers['Content-Type'] = 'application/x-www-form-urlencoded'
wrk.headers['Authorization'] = os.getenv('AUTHORIZATION')

-- With one form, wrk builds the request only once.
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
