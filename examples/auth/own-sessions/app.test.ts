import { testSignIn } from '../support/sign-in-suite.js';
import { createApp } from './app.js';
import { signIn } from './sign-in.js';

testSignIn('cookie sessions of your own', { createApp, signIn });
