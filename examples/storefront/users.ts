/** The people of the demo. `guest` is nobody: whoever signs in as guest is signed out. */
export const USERS = ['ada', 'bob', 'dora', 'guest'] as const;

export type UserName = (typeof USERS)[number];

/** Whom the session cookie names. */
export interface User {
  id: UserName;
  name: string;
  email: string;
}

const PEOPLE: Record<Exclude<UserName, 'guest'>, User> = {
  ada: { id: 'ada', name: 'Ada Lovelace', email: 'ada@example.com' },
  bob: { id: 'bob', name: 'Bob Noyce', email: 'bob@example.com' },
  dora: { id: 'dora', name: 'Dora Deleted', email: 'dora@example.com' },
};

export function isUserName(value: unknown): value is UserName {
  return USERS.some((name) => name === value);
}

/** The user of that name; `undefined` for guest. */
export function userNamed(name: UserName | undefined): User | undefined {
  return name === undefined || name === 'guest' ? undefined : PEOPLE[name];
}
