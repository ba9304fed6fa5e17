/** What is told of a finding, whatever was seen. */
export interface Kind {
  /** A problem is to be put right; advice does not change the exit code. */
  level: 'problem' | 'advice';
  title: string;
  fix: string;
}

/** Every finding there is. `docs/doctor.md` has a heading for each. */
export const CATALOGUE = {
  'node-too-old': {
    level: 'problem',
    title: 'This Node.js is older than the package supports.',
    fix: 'Install the newest Node.js that your host offers, and run the doctor with that one.',
  },
  'peer-missing': {
    level: 'problem',
    title: 'A package that this one needs beside it is not installed.',
    fix: 'npm install express stripe',
  },
  'peer-out-of-range': {
    level: 'problem',
    title: 'A package beside this one has a version that it was not tested with.',
    fix: 'Install a version within the range.',
  },
  'two-copies': {
    level: 'problem',
    title: 'Two copies of one package are installed.',
    fix: 'Ask for one version in package.json and run npm dedupe. npm ls <package> shows who asks for which.',
  },
  'publishable-key': {
    level: 'problem',
    title: 'STRIPE_SECRET_KEY holds a publishable key.',
    fix:
      'Use the secret key (sk_…), or a restricted key (rk_…) with "Customer Sessions: Write". ' +
      'The publishable key (pk_…) is for the browser.',
  },
  'unusable-key': {
    level: 'problem',
    title: 'STRIPE_SECRET_KEY holds no key that Stripe could take.',
    fix: 'Copy the key again from the Dashboard (Developers, API keys), without quotes, spaces or line breaks.',
  },
  'live-key-in-development': {
    level: 'problem',
    title: 'A live key is in use outside of production.',
    fix:
      'Use a test key (sk_test_… or rk_test_…) here. Where the live key is meant: NODE_ENV=production, ' +
      'or --live for this run.',
  },
  'key-refused': {
    level: 'problem',
    title: 'Stripe does not know the key.',
    fix: 'It was rolled, deleted, or copied in part. Copy it again from the Dashboard (Developers, API keys).',
  },
  'key-without-permission': {
    level: 'problem',
    title: 'The restricted key may not create customer sessions.',
    fix: 'Give it "Customer Sessions: Write" in the Dashboard (Developers, API keys, Edit key).',
  },
  'key-may-not-list': {
    level: 'advice',
    title: 'The key may not list payment methods, so the doctor cannot say which are shown.',
    fix:
      'Run with a key that has "Customers: Read" and "PaymentMethods: Read". The app itself needs neither ' +
      'to create sessions.',
  },
  'stripe-unreachable': {
    level: 'problem',
    title: 'Stripe cannot be reached from this machine.',
    fix:
      'Let the machine connect to api.stripe.com on port 443. Behind a proxy see docs/recipes/egress.md; ' +
      'for a company certificate set NODE_EXTRA_CA_CERTS.',
  },
  'stripe-refused': {
    level: 'problem',
    title: 'Stripe refused to create a customer session.',
    fix: 'Look the request up in the Dashboard (Developers, Logs): its entry names the parameter or setting.',
  },
  'not-stripe': {
    level: 'problem',
    title: 'What answers for Stripe created a session for a customer that does not exist.',
    fix: 'It is a stand-in or a proxy. Point the app at api.stripe.com before it meets real users.',
  },
  unreachable: {
    level: 'problem',
    title: 'The address cannot be reached from this machine.',
    fix:
      'Check the host, the port and that the app is running. For a certificate of your own (mkcert) ' +
      'set NODE_EXTRA_CA_CERTS to its authority.',
  },
  'redirect-to-http': {
    level: 'problem',
    title: 'The route redirects to plain http.',
    fix:
      'Something in front builds addresses without knowing of TLS: set trust proxy, and let it write ' +
      'https, or paths alone.',
  },
  redirect: {
    level: 'problem',
    title: 'The route redirects instead of answering.',
    fix:
      'For a sign-in library switch on its mode that lets signed-out users through (authRequired: false, ' +
      'never requireAuth()); the router answers 401 itself. For another host name pass that address as --url.',
  },
  'wrong-path': {
    level: 'problem',
    title: 'No router of this package answers at this address.',
    fix:
      "Mount it where the front end asks: app.use('/customer-session', customerSessionRouter({ … })), " +
      'before the 404 handler and before what answers every path.',
  },
  'csrf-in-front': {
    level: 'problem',
    title: 'A CSRF middleware answers before the router does.',
    fix:
      'Mount the router before the CSRF middleware: it refuses other sites itself. Or send the ' +
      "middleware's token from the page.",
  },
  'html-answer': {
    level: 'problem',
    title: 'Something in front of the router answers with a page.',
    fix:
      'For a sign-in library switch on its mode that lets signed-out users through (authRequired: false, ' +
      'never requireAuth()), or mount the router before it; the router answers 401 itself.',
  },
  'other-answer': {
    level: 'problem',
    title: 'Something in front of the router answers in its place.',
    fix: 'Mount the router before it, or let it pass this path: the router answers 401 itself.',
  },
  'missing-trust-proxy': {
    level: 'problem',
    title: 'Express does not see that the request came over https.',
    fix:
      "Tell it of the proxy in front: app.set('trust proxy', 1), with the number of proxies; and have the " +
      'proxy set X-Forwarded-Proto to https, not append to it.',
  },
  'http-on-localhost': {
    level: 'problem',
    title: 'The route refuses plain http, on this machine too.',
    fix: 'For development pass dangerouslyAllowHttpOnLocalhost: true, or serve the app over https.',
  },
  'plain-http': {
    level: 'problem',
    title: 'The route answers over plain http.',
    fix:
      'Something marks plain requests as https. Have the proxy set X-Forwarded-Proto to what it saw, and let ' +
      'trust proxy name that proxy alone.',
  },
  'open-to-everyone': {
    level: 'problem',
    title: 'The route gives a session to a request that is not signed in.',
    fix: "authenticate must give nobody for it. Does it fall back to a user of development's?",
  },
  'cross-origin-accepted': {
    level: 'problem',
    title: "The route takes another site's request.",
    fix:
      'Let no middleware in front rewrite Origin or Sec-Fetch-Site, and let allowedOrigins name your own ' +
      'front ends alone.',
  },
  'reflected-cors': {
    level: 'problem',
    title: 'The app lets any site read its answers with the cookies of a signed-in user.',
    fix: "List your front ends: cors({ origin: ['https://shop.example'], credentials: true }). Never origin: true.",
  },
  'headers-changed': {
    level: 'problem',
    title: "Security headers of the router's answer are missing or were replaced.",
    fix: "Let the proxy, CDN or middleware in front pass this path's headers as they are.",
  },
  'cached-answer': {
    level: 'problem',
    title: 'A cache stands in front of the route.',
    fix:
      'Switch caching off for this path, and let Cache-Control and Vary pass as they are: a stored answer ' +
      'can reach the wrong user.',
  },
  'same-secret-twice': {
    level: 'problem',
    title: 'Two requests got the same secret.',
    fix: 'A cache, or a stand-in for Stripe that always answers the same, is in between. Switch it off for this path.',
  },
  clock: {
    level: 'problem',
    title: 'Clocks do not agree.',
    fix: 'Let this machine and the server set their clocks by NTP (timedatectl status shows whether they do).',
  },
  'not-signed-in': {
    level: 'problem',
    title: 'The header does not sign the request in.',
    fix:
      'Copy the Cookie or Authorization header of a signed-in page again (browser, Network). If the page is ' +
      'signed in with it, the sign-in middleware runs after the router, or authenticate does not read its user.',
  },
  refused: {
    level: 'problem',
    title: 'The route refuses a request that should get a session.',
    fix: "Do what the code's heading says; onEvent has the reason.",
  },
  'not-a-session': {
    level: 'problem',
    title: 'The answer is not that of this router.',
    fix: 'Mount customerSessionRouter at this path. Was a hand-written route left in front of it?',
  },
  'unknown-customer': {
    level: 'problem',
    title: 'Stripe does not know the customer.',
    fix: "It was deleted, or it is of another account or mode than STRIPE_SECRET_KEY's: a test id never meets a live key.",
  },
  'no-saved-methods': {
    level: 'problem',
    title: 'The customer has no saved payment methods.',
    fix:
      "Offer to save them: savedPaymentMethods({ save: 'on_session' }), or setup_future_usage and customer on " +
      'the intent. A payment without a customer saves nothing.',
  },
  'no-method-shown': {
    level: 'problem',
    title: 'The customer has saved payment methods, and none of them is shown.',
    fix:
      "With the owners' consent: savedPaymentMethods({ redisplay: 'all' }), or set allow_redisplay to 'always' " +
      'on the payment methods that they agreed to.',
  },
  'some-methods-hidden': {
    level: 'advice',
    title: 'Not all of the saved payment methods are shown.',
    fix: 'The list says why. It may well be what you want.',
  },
  'no-hsts': {
    level: 'advice',
    title: 'The site sends no Strict-Transport-Security.',
    fix:
      "Set it for the whole site, at the proxy or by helmet: a browser's first request over plain http can " +
      'carry the cookie. The router leaves it to the site.',
  },
  'non-browser-accepted': {
    level: 'advice',
    title: 'Requests without any browser header pass (allowNonBrowser).',
    fix: 'Right for native apps with bearer tokens. With cookies switch it off.',
  },
  slow: {
    level: 'advice',
    title: 'A session takes long.',
    fix:
      'onEvent tells ms and stripeMs apart. Where it is not Stripe, it is authenticate, resolveCustomer or the ' +
      'limiter; where it is the first call alone, stripe.warmUp().',
  },
} as const satisfies Record<string, Kind>;
