import { testSignIn } from '../support/sign-in-suite.js';
import { createApp } from './app.js';
import { signIn, signInByCookie } from './sign-in.js';

testSignIn('@clerk/express, bearer token', { createApp, signIn });
testSignIn('@clerk/express, __session cookie', { createApp, signIn: signInByCookie });
