import { createFairQueue, grow, shrink, type Costed, type FairQueue, type Load } from './fairQueue';

/** Something that wants through a gate; made by `createTicket`, and good for one passage. */
export interface Ticket<Item> extends Costed {
  readonly item: Item;
  /** Kept by the gate. */
  standing: 'new' | 'waiting' | 'under way' | 'over';
}

export function createTicket<Item>(tenantId: string, cost: number, item: Item): Ticket<Item> {
  return { tenantId, cost, item, standing: 'new' };
}

/** The most of a kind, by number and by cost; what begins below both may go beyond the cost. */
export type Bound = Readonly<Load>;

export interface GateBounds {
  /** What is under way together, and of one tenant. Between the two is what no single tenant can take from the others. */
  underWay: Bound;
  underWayOfTenant: Bound;
  /** What waits together, and of one tenant. */
  waiting: Bound;
  waitingOfTenant: Bound;
  /** What a tenant is served in its turn. */
  turn: number;
}

export interface GateHooks<Item> {
  /** Sets something going; `leave` must follow, now or later. */
  start(item: Item): void;
  /** Hears of what waits no longer, since there is no room for it: it was not started, and will not be. */
  turnAway(item: Item): void;
}

/** Lets so much through at once; the rest waits in fair lines, or is turned away. */
export interface FairGate<Item> {
  /** Starts it in this turn of the event loop where nothing stands against it. */
  enter(ticket: Ticket<Item>): void;
  /** It is over, or does not want to wait any longer. */
  leave(ticket: Ticket<Item>): void;
  /** What waits now. */
  readonly waiting: Readonly<Load>;
  /** What is under way now. */
  readonly underWay: Readonly<Load>;
}

const isBelow = (load: Load, bound: Bound): boolean => load.count < bound.count && load.cost < bound.cost;

/** What is under way, of each tenant and together. */
function createShares({ underWay: most, underWayOfTenant: mostOfTenant }: GateBounds) {
  const all: Load = { count: 0, cost: 0 };
  const shares = new Map<string, Load>();
  return {
    all: all as Readonly<Load>,
    hasRoom: () => isBelow(all, most),
    hasRoomFor(tenantId: string): boolean {
      const share = shares.get(tenantId);
      return share === undefined || isBelow(share, mostOfTenant);
    },
    add({ tenantId, cost }: Costed): void {
      let share = shares.get(tenantId);
      if (!share) shares.set(tenantId, (share = { count: 0, cost: 0 }));
      grow(share, cost);
      grow(all, cost);
    },
    remove({ tenantId, cost }: Costed): void {
      const share = shares.get(tenantId)!;
      shrink(share, cost);
      shrink(all, cost);
      if (share.count === 0) shares.delete(tenantId);
    },
  };
}

/** Whoever must go so that this one may wait; itself where its tenant has the most waiting already. */
function whoGoes<Item>(queue: FairQueue<Ticket<Item>>, ticket: Ticket<Item>, bounds: GateBounds) {
  const own = queue.waitingOf(ticket.tenantId);
  if (!isBelow(own, bounds.waitingOfTenant)) return ticket;
  if (isBelow(queue.waiting, bounds.waiting)) return undefined;
  const last = queue.lastOfLongest();
  return last && queue.waitingOf(last.tenantId).cost > own.cost + ticket.cost ? last : ticket;
}

/**
 * Something waits only while its tenant, or all together, have as much under way as they may. So what finds room has
 * nobody of its own before it, the order within a tenant stays, and the end of what is under way always wakes the next.
 */
export function createFairGate<Item>(bounds: GateBounds, { start, turnAway }: GateHooks<Item>): FairGate<Item> {
  const queue = createFairQueue<Ticket<Item>>(bounds.turn);
  const shares = createShares(bounds);
  let serving = false;

  function begin(ticket: Ticket<Item>): void {
    ticket.standing = 'under way';
    shares.add(ticket);
    start(ticket.item);
  }

  /** What is started may be over at once, and so call for the next: one loop serves them all, however many. */
  function serve(): void {
    if (serving || queue.waiting.count === 0) return;
    serving = true;
    try {
      while (shares.hasRoom()) {
        const next = queue.take(shares.hasRoomFor);
        if (!next) break;
        begin(next);
      }
    } finally {
      serving = false;
    }
  }

  function wait(ticket: Ticket<Item>): void {
    const going = whoGoes(queue, ticket, bounds);
    if (going !== ticket) {
      ticket.standing = 'waiting';
      queue.add(ticket);
    }
    if (!going) return;
    queue.remove(going);
    going.standing = 'over';
    turnAway(going.item);
  }

  return {
    waiting: queue.waiting,
    underWay: shares.all,
    enter(ticket) {
      const { tenantId } = ticket;
      const isFree = shares.hasRoom() && shares.hasRoomFor(tenantId);
      if (isFree && queue.waitingOf(tenantId).count === 0) begin(ticket);
      else wait(ticket);
    },
    leave(ticket) {
      const { standing } = ticket;
      ticket.standing = 'over';
      if (standing === 'waiting') queue.remove(ticket);
      if (standing !== 'under way') return;
      shares.remove(ticket);
      serve();
    },
  };
}
