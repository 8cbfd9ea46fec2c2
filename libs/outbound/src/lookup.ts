import { Resolver } from 'node:dns/promises';
import { isIP, type LookupFunction } from 'node:net';
import type { AddressGuard } from './addresses';
import { OutboundError } from './failure';

/** All addresses of a name. Rejects where there are none. */
export type Resolve = (name: string) => Promise<string[]>;

/** Of each question, in milliseconds; there are two tries. */
const QUESTION_MS = 2_000;
const TRIES = 2;

/**
 * Asks the name servers of the machine, by sockets of its own: the usual look-up occupies one of four threads that
 * sealing and files need too, for as long as somebody's name server likes. `/etc/hosts` is not looked at.
 */
export function createResolve(): Resolve {
  const resolver = new Resolver({ timeout: QUESTION_MS, tries: TRIES });
  return async (name) => {
    const found = await Promise.allSettled([resolver.resolve4(name), resolver.resolve6(name)]);
    return found.flatMap((each) => (each.status === 'fulfilled' ? each.value : []));
  };
}

/**
 * What a socket asks when it connects. It connects to the very address that was checked, so that a name which answers
 * otherwise the next time gains nothing.
 */
export function guardedLookup(resolve: Resolve, guard: AddressGuard): LookupFunction {
  return (name, { all, family }, done) => {
    const wanted = family === 4 || family === 6 ? family : null;
    resolve(name).then(
      (found) => {
        const addresses = found.filter((address) => wanted === null || isIP(address) === wanted);
        const allowed = addresses
          .filter((address) => guard.allows(address))
          .map((address) => ({ address, family: isIP(address) }));
        const [first] = allowed;
        if (!first) return done(noneOf(addresses), []);
        if (all) done(null, allowed);
        else done(null, first.address, first.family);
      },
      () => done(noneOf([]), []),
    );
  };
}

function noneOf(addresses: readonly string[]): OutboundError {
  return addresses.length === 0
    ? new OutboundError('name', 'The host name has no address.')
    : new OutboundError('refused', 'The host name has no address of the public internet.');
}
