import type { Answer, Ask } from './http';
import type { Name } from './people';
import type { Caller, Outcome, Scene } from './scene';

/** One thing that must hold. */
export interface Case {
  name: string;
  /** What must be served, or the case is skipped: `METHOD /path`, `socket <event>`, `internal`. */
  needs: readonly string[];
  run(scene: Scene): Promise<void>;
}

/**
 * A case that is one request. It is also made in other skins, each of which counts as a case: as another tenant, without
 * the permission, as a stranger, and (once a route) without a token.
 */
export interface RequestCase<Given> {
  name: string;
  route: string;
  /** What has happened before. */
  given?: (scene: Scene) => Promise<Given>;
  /** Who asks; `ann` unless said otherwise. */
  as?: Name;
  request?: (given: Given) => Ask;
  expect: Outcome;
  /** Looks closer at an answer that was as expected. */
  then?: (answer: Answer, given: Given, scene: Scene) => void | Promise<void>;
  /** What the same request by an administrator of another tenant must be answered; null where that is no question. */
  elsewhere?: Outcome | null;
  /** Looks closer at what another tenant is answered. */
  thenElsewhere?: (answer: Answer) => void;
  /** The same for the same person whose token lacks the permission. */
  unpermitted?: Outcome | null;
  /** The permissions that are left to the unpermitted; for writes `chat:read` by default, else none. */
  left?: string[];
  /** The same for somebody of the tenant who has nothing to do with it. */
  stranger?: Outcome | null;
}

/** Wraps many steps under one name. */
export function story(name: string, needs: readonly string[], run: (scene: Scene) => Promise<void>): Case {
  return { name, needs, run };
}

export type { Answer, Ask, Caller, Name, Outcome, Scene };
