// The API's own page. It knows no operation by name: everything it shows and sends comes from /openapi.json.
'use strict';

const byId = (id) => document.getElementById(id);

/** Makes an element; text is always text, never markup. */
function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name === 'class') node.className = value;
    else if (name.startsWith('on')) node.addEventListener(name.slice(2), value);
    else if (value === true) node.setAttribute(name, '');
    else if (value !== false && value != null) node.setAttribute(name, value);
  }
  node.append(...children.filter((child) => child != null));
  return node;
}

/** The little Markdown that comments are written in: paragraphs, lists, `code`, **bold**. */
function prose(text) {
  const inline = (line) => line.split(/(`[^`]+`|\*\*[^*]+\*\*)/).map((part) => {
    if (part.startsWith('`') && part.length > 2) return el('code', {}, part.slice(1, -1));
    if (part.startsWith('**')) return el('strong', {}, part.slice(2, -2));
    return part;
  });
  const blocks = [];
  for (const block of (text || '').trim().split(/\n\s*\n/)) {
    const lines = block.split('\n');
    const start = lines.findIndex((line) => line.startsWith('- '));
    const before = (start < 0 ? lines : lines.slice(0, start)).join(' ').trim();
    if (before) blocks.push(el('p', {}, ...inline(before)));
    if (start >= 0) {
      blocks.push(el('ul', {}, ...lines.slice(start).map((line) => el('li', {}, ...inline(line.replace(/^- /, ''))))));
    }
  }
  return blocks;
}

// ── who is calling ──

const identity = { token: null, key: null, agent: '', audience: '' };

function showIdentity() {
  const chip = byId('identity-open');
  const label = identity.token ? 'Session' : identity.key ? `Signing as ${identity.agent}` : 'Not signed in';
  byId('identity-label').textContent = label;
  chip.classList.toggle('signed', Boolean(identity.token || identity.key));
}

function say(text, bad) {
  const message = byId('identity-message');
  message.textContent = text;
  message.classList.toggle('bad', Boolean(bad));
}

const bytesOfBase64 = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
const base64 = (bytes) => btoa(String.fromCharCode(...new Uint8Array(bytes)));
const hex = (bytes) => Array.from(new Uint8Array(bytes), (b) => b.toString(16).padStart(2, '0')).join('');

/** PKCS#8 in PEM or base64, or the bare seed in base64 or hex. */
function pkcs8(text) {
  const bare = text.replace(/-----[A-Z ]+-----/g, '').replace(/\s+/g, '');
  const raw = /^[0-9a-fA-F]{64}$/.test(bare)
    ? Uint8Array.from(bare.match(/../g), (pair) => parseInt(pair, 16))
    : bytesOfBase64(bare.replace(/-/g, '+').replace(/_/g, '/'));
  if (raw.length !== 32) return raw;
  const prefix = [0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20];
  return Uint8Array.from([...prefix, ...raw]);
}

async function useKey() {
  if (!globalThis.crypto?.subtle) {
    say('This browser has no WebCrypto here; use a session token.', true);
    return;
  }
  try {
    const key = await crypto.subtle.importKey('pkcs8', pkcs8(byId('key').value), { name: 'Ed25519' }, false, ['sign']);
    const agent = byId('agent').value.trim();
    if (!agent) {
      say('Say who signs: an agent, or operator:<name>.', true);
      return;
    }
    Object.assign(identity, { key, agent, audience: byId('audience').value.trim(), token: null });
    byId('key').value = '';
    say('Every call is signed with this key from now on.');
  } catch (failure) {
    say(failure.name === 'NotSupportedError'
      ? 'This browser cannot sign with Ed25519; use a session token.'
      : 'That is not an Ed25519 private key.', true);
  }
  showIdentity();
}

/** The headers that prove who sends `body` to `target` (path and query). */
async function proof(method, target, body) {
  if (identity.token) return { authorization: `Bearer ${identity.token}` };
  if (!identity.key) return {};
  const encode = (text) => new TextEncoder().encode(text);
  const timestamp = new Date().toISOString();
  const nonce = hex(crypto.getRandomValues(new Uint8Array(8)));
  const digest = hex(await crypto.subtle.digest('SHA-256', encode(body ?? '')));
  const lines = [timestamp, method, target, digest, nonce];
  if (identity.audience) lines.push(identity.audience);
  const signature = base64(await crypto.subtle.sign({ name: 'Ed25519' }, identity.key, encode(lines.join('\n'))));
  const headers = { authorization: `AgentSig ${identity.agent}:${signature}`, 'x-timestamp': timestamp, 'x-nonce': nonce };
  if (identity.audience) headers['x-audience'] = identity.audience;
  return headers;
}

// ── schemas ──

let api;

const resolve = (schema) => (schema?.$ref ? api.components.schemas[schema.$ref.split('/').pop()] : schema) ?? {};

function typeName(schema) {
  if (schema?.$ref) return schema.$ref.split('/').pop().split('.').pop();
  if (schema?.type === 'array') return `${typeName(schema.items)}[]`;
  const type = Array.isArray(schema?.type) ? schema.type.join(' | ') : schema?.type ?? 'any';
  return schema?.format ? `${type} · ${schema.format}` : type;
}

/** A body to start from: every field of the message, empty. */
function example(schema, depth = 0) {
  const known = resolve(schema);
  if (known.enum) return known.enum.find((value) => !value.endsWith('_UNSPECIFIED')) ?? known.enum[0];
  if (known.type === 'array') return [];
  if (known.type === 'object') {
    if (depth > 2) return {};
    return Object.fromEntries(Object.entries(known.properties ?? {}).map(([name, inner]) => [name, example(inner, depth + 1)]));
  }
  if (known.type === 'boolean') return false;
  if (known.type === 'integer' || known.type === 'number') return 0;
  if (known.format === 'uuid') return crypto.randomUUID?.() ?? '';
  return '';
}

/** Empty fields are left out of what is sent, so that a person needs to fill in only what matters. */
function pruned(value) {
  if (Array.isArray(value)) return value.length ? value : undefined;
  if (value && typeof value === 'object') {
    const kept = Object.entries(value).map(([name, inner]) => [name, pruned(inner)]).filter(([, inner]) => inner !== undefined);
    return kept.length ? Object.fromEntries(kept) : undefined;
  }
  return value === '' ? undefined : value;
}

function fieldTable(schema) {
  const known = resolve(schema);
  const rows = Object.entries(known.properties ?? {}).map(([name, inner]) => {
    const target = resolve(inner.type === 'array' ? inner.items : inner);
    return el('tr', {},
      el('td', {}, el('code', {}, name), (known.required ?? []).includes(name) ? el('span', { class: 'need', title: 'required' }, ' *') : null,
        el('small', {}, typeName(inner))),
      el('td', {}, ...prose(inner.description), ...(target.enum ? prose(target.description) : [])));
  });
  return rows.length ? el('table', {}, el('tbody', {}, ...rows)) : el('p', { class: 'hint' }, 'No fields.');
}

// ── one operation ──

function pathNode(path) {
  return el('span', { class: 'path' }, ...path.split(/(\{[^}]+\})/).map((part) => (part.startsWith('{') ? el('i', {}, part) : part)));
}

function reading(method, path, operation) {
  const ok = operation.responses['200'];
  const content = ok?.content?.['application/json']?.schema ?? ok?.content?.['text/event-stream']?.['x-data-schema'];
  const refusals = Object.entries(operation.responses).filter(([status]) => Number(status) >= 400);
  const aliases = api.aliases.get(operation['x-rpc'])?.filter((alias) => alias !== `${method.toUpperCase()} ${path}`) ?? [];
  return el('div', {},
    ...prose(operation.description),
    el('div', { class: 'badges' },
      ...operation['x-roles'].map((role) => el('span', { class: 'badge' }, role.toLowerCase().replace('_', ' '))),
      el('span', { class: 'badge' }, `limit: ${operation['x-tier'].toLowerCase()}`)),
    el('p', { class: 'hint' }, 'gRPC ', el('code', {}, operation['x-rpc'])),
    aliases.length ? el('p', { class: 'hint' }, 'Also ', ...aliases.flatMap((alias, i) => [i ? ', ' : '', el('code', {}, alias)])) : null,
    operation.requestBody ? el('h3', {}, 'Body') : null,
    operation.requestBody ? fieldTable(operation.requestBody.content['application/json'].schema) : null,
    content ? el('h3', {}, content.$ref ? `Answer · ${typeName(content)}` : 'Answer') : null,
    content ? fieldTable(content) : null,
    el('h3', {}, 'Refusals'),
    el('table', {}, el('tbody', {}, ...refusals.map(([status, refusal]) => el('tr', {}, el('td', {}, status),
      el('td', {}, ...refusal.description.split(', ').flatMap((reason, i) => [i ? ' ' : '', el('code', {}, reason)])))))));
}

function trying(method, path, operation) {
  const inputs = new Map();
  const parameters = operation.parameters.filter((p) => p.in !== 'header' || !/^x-(timestamp|nonce|audience)$/i.test(p.name));
  const fields = parameters.map((parameter) => {
    const values = resolve(parameter.schema).enum;
    const input = values
      ? el('select', {}, el('option', { value: '' }, '—'), ...values.map((value) => el('option', { value }, value)))
      : el('input', { autocomplete: 'off', spellcheck: 'false', placeholder: parameter.in === 'path' ? 'required' : '' });
    inputs.set(parameter, input);
    return el('label', { title: parameter.description }, `${parameter.name} · ${parameter.in}`, input);
  });
  const body = operation.requestBody
    ? el('textarea', { rows: '9', spellcheck: 'false', 'aria-label': 'JSON body' })
    : null;
  if (body) {
    body.value = JSON.stringify(example(operation.requestBody.content['application/json'].schema), null, 2);
    body.rows = Math.min(18, body.value.split('\n').length + 1);
  }
  const answer = el('div', { class: 'answer', 'aria-live': 'polite' });
  const send = el('button', { class: 'primary', type: 'button' }, 'Send');
  const stop = el('button', { type: 'button', hidden: true }, 'Stop');
  let running;
  stop.addEventListener('click', () => running?.abort());
  send.addEventListener('click', async () => {
    running = new AbortController();
    send.disabled = true;
    stop.hidden = false;
    try {
      await call(method, path, operation, inputs, body?.value, answer, running.signal);
    } finally {
      send.disabled = false;
      stop.hidden = true;
    }
  });
  return el('div', { class: 'try' },
    fields.length ? el('h3', {}, 'Parameters') : null,
    fields.length ? el('div', { class: 'fields' }, ...fields) : null,
    body ? el('h3', {}, 'Body') : null, body,
    body ? el('p', { class: 'hint' }, 'Empty fields are left out.') : null,
    el('div', { class: 'send' }, send, stop, el('span', { class: 'hint' }, operation['x-roles'].includes('ANYONE') ? 'Needs no credentials.' : 'Needs credentials.')),
    answer);
}

async function call(method, path, operation, inputs, text, answer, signal) {
  answer.replaceChildren();
  const fail = (message) => answer.replaceChildren(el('p', { class: 'message bad' }, message));
  let target = path;
  const query = new URLSearchParams();
  const headers = {};
  for (const [parameter, input] of inputs) {
    const value = input.value.trim();
    if (parameter.in === 'path') {
      if (!value) return fail(`${parameter.name} is missing.`);
      target = target.replace(`{${parameter.name}}`, encodeURIComponent(value));
    } else if (value && parameter.in === 'query') {
      const many = resolve(parameter.schema).type === 'array';
      for (const one of many ? value.split(',') : [value]) query.append(parameter.name, one.trim());
    } else if (value) {
      headers[parameter.name] = value;
    }
  }
  let body;
  if (text !== undefined) {
    try {
      body = JSON.stringify(pruned(JSON.parse(text)) ?? {});
    } catch {
      return fail('The body is not JSON.');
    }
    headers['content-type'] = 'application/json';
  }
  const url = new URL(target + (query.size ? `?${query}` : ''), location.origin);
  const verb = method.toUpperCase();
  const started = performance.now();
  try {
    Object.assign(headers, await proof(verb, url.pathname + url.search, body));
    const response = await fetch(url, { method: verb, headers, body, signal, credentials: 'omit', cache: 'no-store', redirect: 'manual' });
    const head = el('div', { class: 'answer-head' },
      el('span', { class: `status ${response.ok ? 'good' : 'bad'}` }, `${response.status} ${response.statusText}`.trim()),
      el('span', { class: 'hint' }, `${Math.round(performance.now() - started)} ms`));
    const told = ['idempotent-replayed', 'location', 'retry-after', 'x-ratelimit-remaining', 'x-ratelimit-limit']
      .filter((name) => response.headers.has(name)).map((name) => `${name}: ${response.headers.get(name)}`).join('\n');
    const out = el('pre', {});
    answer.replaceChildren(head, ...(told ? [el('pre', {}, told)] : []), out);
    if ((response.headers.get('content-type') ?? '').startsWith('text/event-stream')) {
      await follow(response, out);
    } else {
      const whole = await response.text();
      try {
        out.textContent = JSON.stringify(JSON.parse(whole), null, 2);
      } catch {
        out.textContent = whole;
      }
    }
  } catch (failure) {
    if (failure.name !== 'AbortError') fail('The call did not come through.');
  }
}

/** Shows a stream as it comes; keeps the last 500 lines. */
async function follow(response, out) {
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let lines = [];
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    lines = (lines.join('\n') + value).split('\n').slice(-500);
    out.textContent = lines.join('\n');
    out.scrollTop = out.scrollHeight;
  }
}

// ── the page ──

function operations() {
  const list = [];
  api.aliases = new Map();
  for (const [path, methods] of Object.entries(api.paths)) {
    for (const [method, operation] of Object.entries(methods)) {
      const rpc = operation['x-rpc'];
      api.aliases.set(rpc, [...(api.aliases.get(rpc) ?? []), `${method.toUpperCase()} ${path}`]);
      if (!operation['x-alias-of']) list.push({ method, path, operation });
    }
  }
  return list;
}

function render() {
  byId('title').textContent = api.info.title;
  byId('version').textContent = api.info.version;
  document.title = `${api.info.title} API`;
  const main = byId('main');
  const nav = byId('nav');
  const all = operations();
  main.replaceChildren(el('section', { class: 'intro' }, el('h1', {}, api.info.title), ...prose(api.info.description),
    el('p', {}, el('a', { href: '/openapi.json' }, 'openapi.json'), ' describes all of this for programs.')));
  nav.replaceChildren();
  for (const tag of api.tags) {
    const own = all.filter(({ operation }) => operation.tags.includes(tag.name));
    const heading = el('section', { class: 'service', id: tag.name }, el('h2', {}, tag.name.replace(/Service$/, '')), ...prose(tag.description));
    const navHeading = el('h2', {}, tag.name.replace(/Service$/, ''));
    main.append(heading);
    nav.append(navHeading);
    const shown = own.map(({ method, path, operation }) => {
      const details = el('details', { class: 'op', id: operation.operationId },
        el('summary', {}, el('span', { class: `verb ${method}` }, method), pathNode(path), el('span', { class: 'sum' }, operation.summary)));
      details.addEventListener('toggle', () => {
        if (details.open && details.children.length === 1) {
          details.append(el('div', { class: 'op-body' }, reading(method, path, operation), trying(method, path, operation)));
        }
      });
      const link = el('a', { href: `#${operation.operationId}`, onclick: () => { details.open = true; } },
        el('span', { class: `verb ${method}` }, method), operation.operationId.split('_')[1]);
      main.append(details);
      nav.append(link);
      return { details, link, words: `${method} ${path} ${operation.operationId} ${operation.description}`.toLowerCase() };
    });
    filters.push((wanted) => {
      let any = false;
      for (const { details, link, words } of shown) {
        const hit = wanted.every((word) => words.includes(word));
        details.hidden = !hit;
        link.hidden = !hit;
        any ||= hit;
      }
      heading.hidden = !any;
      navHeading.hidden = !any;
    });
  }
  const linked = location.hash && byId(decodeURIComponent(location.hash.slice(1)));
  if (linked?.tagName === 'DETAILS') {
    linked.open = true;
    linked.scrollIntoView();
  }
}

const filters = [];

function wire() {
  byId('filter').addEventListener('input', (event) => {
    const wanted = event.target.value.toLowerCase().split(/\s+/).filter(Boolean);
    filters.forEach((filter) => filter(wanted));
  });
  document.addEventListener('keydown', (event) => {
    if (event.key === '/' && !/^(INPUT|TEXTAREA|SELECT)$/.test(document.activeElement?.tagName ?? '')) {
      event.preventDefault();
      byId('filter').focus();
    }
  });
  byId('theme').addEventListener('click', () => {
    const root = document.documentElement;
    const dark = root.dataset.theme ? root.dataset.theme === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
    root.dataset.theme = dark ? 'light' : 'dark';
  });
  const panel = byId('identity');
  byId('identity-open').addEventListener('click', (event) => {
    panel.hidden = !panel.hidden;
    event.currentTarget.setAttribute('aria-expanded', String(!panel.hidden));
  });
  byId('use-token').addEventListener('click', () => {
    const token = byId('token').value.trim().replace(/^Bearer\s+/i, '');
    if (token) {
      Object.assign(identity, { token, key: null });
      byId('token').value = '';
      say('Every call carries this session from now on.');
      showIdentity();
    }
  });
  byId('use-key').addEventListener('click', useKey);
  byId('forget').addEventListener('click', () => {
    Object.assign(identity, { token: null, key: null, agent: '' });
    byId('key').value = '';
    byId('token').value = '';
    say('Forgotten.');
    showIdentity();
  });
}

async function start() {
  wire();
  try {
    api = await (await fetch('/openapi.json')).json();
    render();
  } catch {
    byId('main').replaceChildren(el('p', { class: 'loading' }, 'The description cannot be read. Is the server up?'));
    return;
  }
  if (api.paths['/.well-known/hanse']) {
    try {
      const registry = await (await fetch('/.well-known/hanse')).json();
      if (registry.registry_id) byId('audience').value = registry.registry_id;
    } catch {
      // The person types it.
    }
  }
}

start();
