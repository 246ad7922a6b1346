// Calls. The console talks to two APIs on its own origin: the admin API, and the Backend API with the instance's secret key.
// It reaches the latter below the admin API, so that its calls are not in the log of requests.

export const state = { instance: null, instances: [] };

export const admin = (path, options) =>
  call(`/_clerktest${path}${path.includes('?') ? '&' : '?'}instance=${encodeURIComponent(state.instance.name)}`, options);

export const api = (path, options = {}) =>
  call(`/_clerktest/v1${path}`, { ...options, headers: { ...options.headers, Authorization: `Bearer ${state.instance.secret_key}` } });

async function call(url, options) {
  const response = await fetch(url, options);
  const text = await response.text();
  let body = null;
  try {
    body = text ? JSON.parse(text) : null;
  } catch {
    throw new Error(`${response.status}: the answer is not JSON`);
  }
  if (!response.ok) throw new Error((body?.errors ?? []).map(e => [e.meta?.param_name, e.long_message].filter(Boolean).join(': ')).join('\n') || `${response.status}`);
  return body;
}

export const send = (method, body) => (
  { method, headers: { 'Content-Type': 'application/json' }, body: body === undefined ? undefined : JSON.stringify(body) });

export const post = body => send('POST', body);
export const patch = body => send('PATCH', body);
export const remove = () => send('DELETE');

// query writes parameters that have a value.
export function query(params) {
  const out = new URLSearchParams();
  for (const [key, value] of Object.entries(params)) {
    if (value !== undefined && value !== null && value !== '') out.set(key, value);
  }
  const text = out.toString();
  return text ? `?${text}` : '';
}

// loadInstances reads the instances and chooses the one of this name, else the first.
export async function loadInstances(name) {
  state.instances = await call('/_clerktest/instances');
  state.instances.sort((a, b) => a.name.localeCompare(b.name));
  state.instance = state.instances.find(i => i.name === name) ?? state.instances.find(i => i.name === 'emulator') ?? state.instances[0];
}

// curl is the command that repeats a call of the Backend API.
export function curl(method, path, body) {
  const parts = [`curl -X ${method} ${quoted(state.instance.url + path)}`, `-H "Authorization: Bearer $CLERK_SECRET_KEY"`];
  if (body) parts.push(`-H 'Content-Type: application/json'`, `-d ${quoted(typeof body === 'string' ? body : JSON.stringify(body))}`);
  return parts.join(' \\\n  ');
}

export const quoted = text => `'${text.replaceAll("'", `'\\''`)}'`;
