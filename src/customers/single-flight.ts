/** Runs `start`, or joins the run under way of the same key. */
export type SingleFlight<T> = (key: string, start: () => Promise<T>) => Promise<T>;

/** One run per key at a time in this process (D4). Nothing is kept once a run has ended, well or badly. */
export function singleFlight<T>(): SingleFlight<T> {
  const flights = new Map<string, Promise<T>>();

  return function join(key, start) {
    const underWay = flights.get(key);
    if (underWay !== undefined) return underWay;
    const flight = start().finally(() => flights.delete(key));
    flights.set(key, flight);
    return flight;
  };
}
