import { testSignIn } from '../support/sign-in-suite.js';
import { createApp } from './app.js';
import { close, signIn } from './sign-in.js';

testSignIn('express-openid-connect', { createApp, signIn, close });
