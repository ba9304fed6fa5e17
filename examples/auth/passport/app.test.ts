import { testSignIn } from '../support/sign-in-suite.js';
import { createApp } from './app.js';
import { signIn } from './sign-in.js';

testSignIn('express-session with Passport', { createApp, signIn });
