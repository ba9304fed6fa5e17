import { Suspense } from 'react';
import { renderToString } from 'react-dom/server';
import { createCustomerSessionSource } from '../../src/client/index.js';
import { CustomerSessionElements, useCustomerSession } from '../../src/client/react.js';
import { type SessionServer, startSessionServer } from './support/session-server.js';

let server: SessionServer;

beforeEach(async () => {
  server = await startSessionServer();
});

afterEach(() => server.close());

function Status({ suspense }: { suspense?: boolean }) {
  const source = createCustomerSessionSource(server.url);
  const { status, session } = useCustomerSession(source, { suspense });
  return (
    <p>
      {status} {session ? 'a session' : 'no session'}
    </p>
  );
}

test.each([false, true])(
  'the server renders loading and asks for nothing (suspense: %s)',
  async (suspense) => {
    const html = renderToString(
      <Suspense fallback="waiting">
        <Status suspense={suspense} />
      </Suspense>,
    );
    expect(html).toContain('loading');
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(server.requests).toHaveLength(0);
  },
);

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
