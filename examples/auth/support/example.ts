import type { Express } from 'express';
import type { StripeClient } from 'express-stripe-customer-session';
import type { User } from './users.js';

/** What an example's app is started with. */
export interface Host {
  /** Where browsers find it: `https://localhost:4243`. */
  origin: string;
  stripe: StripeClient;
}

/** One sign-in library: its app, and what a browser does to sign a user in there. */
export interface SignInExample {
  createApp(host: Host): Express | Promise<Express>;
  /** The credentials that the browser sends from then on: `Cookie` or `Authorization`. */
  signIn(user: User, browser: Browser): Promise<Readonly<Record<string, string>>>;
  /** Ends what the example started besides its app. */
  close?(): Promise<void>;
}

/** A browser with nobody signed in yet. */
export interface Browser {
  /** The app's origin. */
  readonly origin: string;
  /** The cookies for this origin, as the `Cookie` header has them. */
  cookies(origin: string): string;
  /** Sends a request with the cookies that it has, keeps those of the answer, and follows redirects. */
  open(url: string, request?: PageRequest): Promise<PageAnswer>;
}

export interface PageRequest {
  method?: 'GET' | 'POST' | 'OPTIONS';
  headers?: Readonly<Record<string, string>>;
  /** Sent as a form, or as JSON with that content type among the headers. */
  body?: Readonly<Record<string, string>>;
}

export interface PageAnswer {
  url: string;
  status: number;
  headers: Readonly<Record<string, string | string[] | undefined>>;
  text: string;
}
