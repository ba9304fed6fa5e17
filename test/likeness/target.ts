import { type ApiAnswer, type ApiRequest, callApi } from '../testing/api-client.js';

/** Something that answers Stripe's API, or says that it does. */
export interface Target {
  readonly name: string;
  readonly url: string;
  readonly secretKey: string;
}

/** A target as the behaviours ask it; it remembers what they created there. */
export class Stripe {
  readonly #customers = new Set<string>();
  #keys = 0;

  constructor(private readonly target: Target) {}

  /** One call in Stripe's encoding. */
  async call(route: string, request: ApiRequest = {}): Promise<ApiAnswer> {
    const answer = await callApi(this.target, route, request);
    const { object, id, deleted } = answer.body;
    if (object === 'customer' && typeof id === 'string' && deleted !== true) this.#customers.add(id);
    return answer;
  }

  /** A new customer's id. */
  async customer(): Promise<string> {
    const { status, body } = await this.call('POST /v1/customers', { params: { name: 'likeness' } });
    if (status !== 200) throw new Error(`POST /v1/customers answered ${status}`);
    return String(body.id);
  }

  /** The headers of a fresh idempotency key. */
  freshKey(): { 'idempotency-key': string } {
    this.#keys += 1;
    return { 'idempotency-key': `likeness-${process.pid}-${Date.now()}-${this.#keys}` };
  }

  /** Deletes the customers that were created, and gives those that could not be. */
  async cleanUp(): Promise<string[]> {
    const left: string[] = [];
    for (const id of this.#customers) {
      const { status } = await this.call(`DELETE /v1/customers/${id}`).catch(() => ({ status: 0 }));
      // 404: a behaviour has deleted it already.
      if (status !== 200 && status !== 404) left.push(id);
    }
    return left;
  }
}

/** What is compared of a refusal. */
export function refusal({ status, body }: ApiAnswer): object {
  const { type, code, param } = body.error ?? {};
  return { status, type, ...(code !== undefined && { code }), ...(param !== undefined && { param }) };
}
