import type { Request } from 'express';
import type { Client } from './core/client.js';
import { startDeadline } from './core/deadline.js';
import type { Trace } from './core/events.js';
import { askHost } from './core/host-callback.js';
import { asProblem, CustomerSessionProblem } from './core/problem.js';
import { requestGuards } from './guards/guards.js';
import { isNobody } from './issuer.js';
import type { RouterConfig } from './options/parse-router.js';
import { problemReply, type Reply, sessionReply } from './reply.js';

/** The way of a request, from the guards to the reply. Never rejects. */
export function customerSessionEndpoint<User>(config: RouterConfig<User>) {
  const { source, format } = config;
  const passGuards = requestGuards(config);

  return async function endpoint(req: Request, client: Client, trace: Trace): Promise<Reply> {
    const refusal = passGuards(req); //                                                   H2, H3, H4
    if (refusal !== undefined) return problemReply(refusal, format);
    const deadline = startDeadline(source.config.deadlineMs);
    try {
      const user = await askHost('authenticate', deadline, () => config.authenticate(req));
      if (isNobody(user)) throw new CustomerSessionProblem('unauthenticated'); //         H5
      const session = await source.issue(user, { req, client, trace, deadline }); //      H6 to H12, H15
      return sessionReply(session, format); //                                            H13
    } catch (error) {
      return problemReply(asProblem(error), format);
    } finally {
      deadline.clear();
    }
  };
}
