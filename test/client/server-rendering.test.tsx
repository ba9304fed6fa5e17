import { renderToString } from 'react-dom/server';
import { createCustomerSessionSource } from '../../src/client/index.js';
import { CustomerSessionElements, useCustomerSession } from '../../src/client/react.js';
import { type SessionServer, startSessionServer } from './support/session-server.js';

let server: SessionServer;

beforeEach(async () => {
  server = await startSessionServer();
});

afterEach(() => server.close());

const INITIAL = {
  client_secret: 'cuss_secret_fake_initial',
  expires_at: Math.floor(Date.now() / 1000) + 1800,
};

function Status({ initial }: { initial?: typeof INITIAL }) {
  const source = createCustomerSessionSource(server.url, { initial, user: 'ada' });
  const { status, session } = useCustomerSession(source);
  return (
    <p>
      {status} {session ? 'a session' : 'no session'}
    </p>
  );
}

test('the server renders loading and asks for nothing', async () => {
  expect(renderToString(<Status />)).toContain('loading');
  // What was sent before this would have arrived before it.
  await fetch(server.url, { method: 'POST' });
  expect(server.requests).toHaveLength(1);
});

test('the server never writes a secret into the page, and starts no timer', () => {
  jest.useFakeTimers();
  try {
    const html = renderToString(<Status initial={INITIAL} />);
    expect(html).toContain('no session');
    expect(jest.getTimerCount()).toBe(0);
  } finally {
    jest.useRealTimers();
  }
});

test('the server renders the fallback of the elements', () => {
  const html = renderToString(
    <CustomerSessionElements
      source={createCustomerSessionSource(server.url)}
      stripe={null}
      fallback={<p>loading your cards</p>}
    >
      <p>the payment form</p>
    </CustomerSessionElements>,
  );
  expect(html).toBe('<p>loading your cards</p>');
});

test('a guest is rendered at once', () => {
  const html = renderToString(
    <CustomerSessionElements source={null} stripe={null}>
      <p>the payment form</p>
    </CustomerSessionElements>,
  );
  expect(html).toBe('<p>the payment form</p>');
});
