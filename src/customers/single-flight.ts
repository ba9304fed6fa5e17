// A flight that a frozen store holds up is not joined for ever: the store may be back for the next request.
const LONGEST_SHARED_MS = 5_000;

/** Runs `start`, or joins the run under way of the same key. */
export type SingleFlight<T> = (key: string, start: () => Promise<T>) => Promise<T>;

/** One run per key at a time in this process (D4). Nothing is kept once a run has ended, well or badly. */
export function singleFlight<T>(): SingleFlight<T> {
  const flights = new Map<string, Promise<T>>();

  return function join(key, start) {
    const underWay = flights.get(key);
    if (underWay !== undefined) return underWay;
    const flight = start();
    flights.set(key, flight);
    const land = () => {
      clearTimeout(timer);
      if (flights.get(key) === flight) flights.delete(key);
    };
    const timer = setTimeout(land, LONGEST_SHARED_MS).unref();
    flight.then(land, land);
    return flight;
  };
}
