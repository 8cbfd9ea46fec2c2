import fc from 'fast-check';
import { createFairGate, createTicket, type GateBounds, type Ticket } from './fairGate';

const ANY = { count: Infinity, cost: Infinity };
const open: GateBounds = { underWay: ANY, underWayOfTenant: ANY, waiting: ANY, waitingOfTenant: ANY, turn: 1 };

interface Thing {
  name: string;
  ticket?: Ticket<Thing>;
}

/** A gate, with what it started and turned away in order. */
function given(bounds: Partial<GateBounds>) {
  const started: Ticket<Thing>[] = [];
  const turnedAway: Ticket<Thing>[] = [];
  const gate = createFairGate<Thing>(
    { ...open, ...bounds },
    { start: ({ ticket }) => void started.push(ticket!), turnAway: ({ ticket }) => void turnedAway.push(ticket!) },
  );
  function enter(tenantId: string, cost = 1, name = tenantId): Ticket<Thing> {
    const thing: Thing = { name };
    thing.ticket = createTicket(tenantId, cost, thing);
    gate.enter(thing.ticket);
    return thing.ticket;
  }
  const names = (tickets: readonly Ticket<Thing>[]) => tickets.map(({ item }) => item.name);
  return { gate, started, turnedAway, enter, names };
}

describe('a gate', () => {
  test('starts what finds room in the turn that it comes in, and keeps nothing of what is over', () => {
    const { gate, started, enter, names } = given({ underWay: { count: 2, cost: Infinity } });
    const first = enter('a');
    enter('b');
    enter('c');
    expect([names(started), gate.waiting.count, gate.underWay.count]).toEqual([['a', 'b'], 1, 2]);
    gate.leave(first);
    gate.leave(first);
    expect([names(started), gate.waiting.count, gate.underWay.count]).toEqual([['a', 'b', 'c'], 0, 2]);
  });

  test('lets nobody have more than a share, so that others come in at once beside whoever has it', () => {
    const { started, enter, names } = given({
      underWay: { count: 4, cost: Infinity },
      underWayOfTenant: { count: 2, cost: Infinity },
    });
    for (let count = 0; count < 10_000; count += 1) enter('loud');
    enter('quiet');
    expect(names(started)).toEqual(['loud', 'loud', 'quiet']);
  });

  test('serves what comes behind ten thousand of another tenant after one turn of it', () => {
    const { gate, started, enter, names } = given({ underWay: { count: 1, cost: Infinity }, turn: 3 });
    for (let count = 0; count < 10_000; count += 1) enter('loud');
    enter('quiet');
    while (!names(started).includes('quiet')) gate.leave(started.at(-1)!);
    expect(names(started)).toEqual(['loud', 'loud', 'loud', 'loud', 'quiet']);
  });

  test('goes through any number that are over as soon as they start, without a stack for each', () => {
    let started = 0;
    const gate = createFairGate<{ ticket?: Ticket<unknown> }>(
      { ...open, underWay: { count: 1, cost: Infinity } },
      {
        start({ ticket }) {
          started += 1;
          if (started > 1) gate.leave(ticket as never);
        },
        turnAway: () => undefined,
      },
    );
    const tickets = Array.from({ length: 50_000 }, () => {
      const item: { ticket?: Ticket<unknown> } = {};
      const ticket = createTicket('a', 1, item);
      item.ticket = ticket;
      gate.enter(ticket);
      return ticket;
    });
    gate.leave(tickets[0]!);
    expect([started, gate.waiting.count, gate.underWay.count]).toEqual([50_000, 0, 0]);
  });

  test('turns away from a line that is full, and from the longest one where all are', () => {
    const { gate, turnedAway, enter, names } = given({
      underWay: { count: 1, cost: Infinity },
      waitingOfTenant: { count: 3, cost: Infinity },
      waiting: { count: 4, cost: Infinity },
    });
    enter('under way');
    for (const name of ['a1', 'a2', 'a3', 'a4']) enter('a', 1, name);
    expect(names(turnedAway)).toEqual(['a4']);
    enter('b', 1, 'b1');
    enter('b', 1, 'b2');
    expect(names(turnedAway)).toEqual(['a4', 'a3']);
    enter('b', 1, 'b3');
    expect(names(turnedAway)).toEqual(['a4', 'a3', 'b3']);
    enter('c', 1, 'c1');
    expect([gate.waiting.count, turnedAway.length]).toEqual([4, 4]);
    expect(names(turnedAway).at(-1)).not.toBe('c1');
  });
});

const bound = fc.record({ count: fc.integer({ min: 1, max: 6 }), cost: fc.integer({ min: 1, max: 30 }) });
const MOST = 9;
const steps = fc.array(
  fc.oneof(
    { weight: 5, arbitrary: fc.record({ tenant: fc.constantFrom('a', 'b', 'c', 'd'), cost: fc.nat({ max: MOST }) }) },
    { weight: 3, arbitrary: fc.record({ over: fc.nat() }) },
    { weight: 1, arbitrary: fc.record({ withdraws: fc.nat() }) },
  ),
  { maxLength: 120 },
);
const isBelow = (load: { count: number; cost: number }, most: typeof load): boolean =>
  load.count < most.count && load.cost < most.cost;
const loadOf = (tickets: readonly Ticket<Thing>[]) => ({
  count: tickets.length,
  cost: tickets.reduce((sum, { cost }) => sum + cost, 0),
});

test('whatever comes and goes: bounds hold, nothing is lost or idle, and each tenant is served in its order', () => {
  const bounds = fc.record({
    ...{ underWay: bound, underWayOfTenant: bound, waiting: bound, waitingOfTenant: bound },
    turn: fc.integer({ min: 1, max: 12 }),
  });
  fc.assert(
    fc.property(bounds, steps, (drawn, played) => {
      const { gate, started, turnedAway, enter } = given(drawn);
      const all: Ticket<Thing>[] = [];
      const withdrawn = new Set<Ticket<Thing>>();
      const standing = (which: Ticket<Thing>['standing']) => all.filter((ticket) => ticket.standing === which);
      const of = (tenantId: string, tickets: readonly Ticket<Thing>[]) =>
        tickets.filter((ticket) => ticket.tenantId === tenantId);

      function check(): void {
        const underWay = standing('under way');
        const waiting = standing('waiting');
        expect([gate.underWay, gate.waiting]).toEqual([loadOf(underWay), loadOf(waiting)]);
        expect(underWay.length).toBeLessThanOrEqual(drawn.underWay.count);
        expect(waiting.length).toBeLessThanOrEqual(drawn.waiting.count);
        expect(loadOf(underWay).cost).toBeLessThan(drawn.underWay.cost + MOST);
        expect(loadOf(waiting).cost).toBeLessThan(drawn.waiting.cost + MOST);
        for (const tenant of ['a', 'b', 'c', 'd']) {
          const own = of(tenant, underWay);
          expect(own.length).toBeLessThanOrEqual(drawn.underWayOfTenant.count);
          expect(of(tenant, waiting).length).toBeLessThanOrEqual(drawn.waitingOfTenant.count);
          const isIdle = isBelow(loadOf(underWay), drawn.underWay) && isBelow(loadOf(own), drawn.underWayOfTenant);
          if (isIdle) expect(of(tenant, waiting)).toEqual([]);
        }
      }
      const leave = (tickets: readonly Ticket<Thing>[], at: number): void => {
        if (tickets.length > 0) gate.leave(tickets[at % tickets.length]!);
      };
      for (const step of played) {
        if ('over' in step) leave(standing('under way'), step.over);
        else if ('withdraws' in step) {
          const before = standing('waiting');
          if (before.length > 0) withdrawn.add(before[step.withdraws % before.length]!);
          leave(before, step.withdraws);
        } else all.push(enter(step.tenant, step.cost));
        check();
      }
      while (standing('under way').length > 0) leave(standing('under way'), 0);
      expect(new Set(all.map((ticket) => ticket.standing))).toEqual(new Set(all.length > 0 ? ['over'] : []));
      const ends = [...started, ...turnedAway, ...withdrawn];
      expect([ends.length, new Set(ends)]).toEqual([all.length, new Set(all)]);
      for (const tenant of ['a', 'b', 'c', 'd']) {
        expect(of(tenant, started)).toEqual(of(tenant, all).filter((ticket) => started.includes(ticket)));
      }
    }),
  );
});

test('whoever comes to an empty line waits for no more than a turn of each other tenant, for each turn of its own', () => {
  const turns = fc.integer({ min: 1, max: 12 });
  const width = fc.integer({ min: 1, max: 4 });
  fc.assert(
    fc.property(turns, width, steps, (turn, count, played) => {
      const { gate, started, enter } = given({ underWay: { count, cost: Infinity }, turn });
      const all: Ticket<Thing>[] = [];
      /** Of those that came to an empty line, how many had started before. */
      const first = new Map<Ticket<Thing>, number>();
      const underWay = () => started.filter((ticket) => ticket.standing === 'under way');
      for (const step of played) {
        if ('tenant' in step) {
          const isFirst = !all.some((one) => one.tenantId === step.tenant && one.standing === 'waiting');
          const before = started.length;
          all.push(enter(step.tenant, step.cost));
          if (isFirst) first.set(all.at(-1)!, before);
        } else if ('over' in step && underWay().length > 0) gate.leave(underWay()[step.over % underWay().length]!);
      }
      while (underWay().length > 0) gate.leave(underWay()[0]!);
      for (const [ticket, before] of first) {
        const ahead = started.slice(before, started.indexOf(ticket));
        const rounds = Math.max(1, Math.ceil(ticket.cost / turn));
        for (const tenant of new Set(ahead.map(({ tenantId }) => tenantId))) {
          const { cost } = loadOf(ahead.filter(({ tenantId }) => tenantId === tenant));
          expect(cost).toBeLessThanOrEqual(rounds * turn + MOST);
        }
      }
    }),
  );
});
