'use strict';

// What arrives is a stranger's text: it goes into the page as textContent only, never as markup.
const KEPT = 200;
const SIGNATURES = { valid: 'signature valid', previous: 'signed with previous secret', wrong: 'signature wrong', unknown: 'unknown endpoint' };
const one = selector => document.querySelector(selector);
const list = one('#deliveries');

one('#address').textContent = `${location.origin}/inbox/demo`;

const stream = new EventSource('/inbox/stream');
stream.addEventListener('open', () => { one('#connection').textContent = 'Live'; });
stream.addEventListener('error', () => { one('#connection').textContent = 'Connection lost; trying again…'; });
stream.addEventListener('start', event => {
  list.replaceChildren();
  count();
  showPlan(JSON.parse(event.data));
});
stream.addEventListener('plan', event => showPlan(JSON.parse(event.data)));
stream.addEventListener('delivery', event => {
  const delivery = JSON.parse(event.data);
  list.prepend(item(delivery));
  while (list.children.length > KEPT) {
    list.lastElementChild.remove();
  }
  count();
  one('#news').textContent = `${delivery.arrival.event ?? 'Webhook'} arrived, attempt ${delivery.attempt}, ${SIGNATURES[delivery.arrival.signature.state]}`;
});

for (const button of document.querySelectorAll('[data-answer]')) {
  button.addEventListener('click', () => plan(button.dataset.answer, one('#count').valueAsNumber));
}
one('#reset').addEventListener('click', () => plan('200', 0));
one('#clear').addEventListener('click', () => fetch('/inbox/deliveries', { method: 'DELETE' }));

async function plan(answer, count) {
  const response = await fetch('/inbox/answer', {
    method: 'PUT',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ answer, count }),
  });
  if (!response.ok) {
    one('#plan').textContent = 'The number must be from 1 to 100.';
  }
}

function showPlan({ answer, count }) {
  one('#plan').textContent = count === 0 ? 'All get 200.' : `The next ${count} ${count === 1 ? 'gets' : 'get'} ${answer}; then 200.`;
}

function count() {
  one('#arrived').textContent = list.children.length;
  one('#empty').hidden = list.children.length > 0;
}

function item({ number, at, attempt, answer, arrival }) {
  const node = one('#delivery').content.cloneNode(true);
  const put = (selector, text) => {
    const element = node.querySelector(selector);
    element.textContent = text;
    return element;
  };
  put('time', new Date(at).toLocaleTimeString([], { hour12: false })).dateTime = at;
  put('.event', `${arrival.event ?? '(no event)'} → ${arrival.inbox}`);
  put('.attempt', `attempt ${attempt}`).classList.toggle('again', attempt > 1);
  put('.signature', SIGNATURES[arrival.signature.state]).dataset.state = arrival.signature.state;
  put('.answer', answer === 'slow' ? 'answered after 15 s' : `answered ${answer}`).classList.toggle('failing', answer !== '200');
  put('.id', arrival.webhookId ?? 'no webhook-id');
  put('.detail', `No. ${number}. ${arrival.signature.detail}`);
  put('.size', `${arrival.size} bytes`);
  put('.body', pretty(arrival.body));
  const headers = node.querySelector('.headers');
  for (const { name, value } of arrival.headers) {
    headers.append(text('dt', name), text('dd', value));
  }
  return node;
}

function text(tag, content) {
  const element = document.createElement(tag);
  element.textContent = content;
  return element;
}

function pretty(body) {
  try {
    return JSON.stringify(JSON.parse(body), null, 2);
  } catch {
    return body;
  }
}
