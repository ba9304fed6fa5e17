export interface User {
  id: string;
  email: string;
  password: string;
  stripeCustomerId: string;
}

/** Two rows of a users table, as an app of yours has one. */
export const users: readonly User[] = [
  { id: 'user_ada', email: 'ada@shop.example', password: 'correct-horse', stripeCustomerId: 'cus_Ada' },
  { id: 'user_bob', email: 'bob@shop.example', password: 'battery-staple', stripeCustomerId: 'cus_Bob' },
];

/** Looks the user's customer up; `undefined` where the user has none yet (409 `no_customer`). */
export function customerOf(userId: string | undefined): string | undefined {
  return users.find(({ id }) => id === userId)?.stripeCustomerId;
}

/** The user with this address and password. */
export function checkPassword(email: string, password: string): User | undefined {
  return users.find((user) => user.email === email && user.password === password);
}
