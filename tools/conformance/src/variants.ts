import type { Case, RequestCase } from './case';
import { routeOf } from './http';
import { fail } from './like';
import type { Guise, Name } from './people';
import { requireOutcome, type Caller, type Outcome, type Scene } from './scene';

/** Refusals that rest on the request alone: they are the same for everybody. */
const ABOUT_THE_REQUEST = new Set(['invalid_request', 'payload_too_large', 'unsupported_media_type']);

/** A request and its skins, as cases. */
export function request<Given>(definition: RequestCase<Given>): Case[] {
  const { route, elsewhere = hidden(definition), stranger = hidden(definition) } = definition;
  const { unpermitted = denied(definition), left = leftBy(route) } = definition;
  const who: Name = definition.as ?? 'ann';
  const cases: Case[] = [
    skin(definition, '', async (scene) => ({ caller: scene.as(who), outcome: definition.expect })),
  ];
  const add = (label: string, outcome: Outcome | null, caller: (scene: Scene) => Caller): void => {
    if (outcome !== null) cases.push(skin(definition, label, async (scene) => ({ caller: caller(scene), outcome })));
  };
  const foreign: Guise = { tenant: `other-${process.pid}`, role: 'admin', learnerIds: '*' };
  add('as another tenant', elsewhere, (scene) => scene.as(who, foreign));
  add('without the permission', unpermitted, (scene) => scene.as(who, { permissions: left }));
  add('as a stranger', stranger, (scene) => scene.as('eve'));
  return cases;
}

/** The same without credentials; `credential` is what the route asks for. */
export function closed(route: string, needs: readonly string[] = [route]): Case {
  return {
    name: `${route}: without a token`,
    needs,
    async run(scene) {
      const params = new Proxy({}, { get: () => 'nothing' });
      requireOutcome(await scene.anyone().ask(route, { params }), 'unauthorized', route);
    },
  };
}

function skin<Given>(
  definition: RequestCase<Given>,
  label: string,
  actorOf: (scene: Scene) => Promise<{ caller: Caller; outcome: Outcome }>,
): Case {
  const { name, route, given, request: requestOf, then, thenElsewhere } = definition;
  return {
    name: `${route}: ${name}${label && `, ${label}`}`,
    needs: [route],
    async run(scene) {
      const before = (await given?.(scene)) as Given;
      const { caller, outcome } = await actorOf(scene);
      const answer = await caller.ask(route, requestOf?.(before) ?? {});
      requireOutcome(answer, outcome);
      if (label === '') await then?.(answer, before, scene);
      if (label === 'as another tenant') thenElsewhere?.(answer);
      if (label !== '' && typeof outcome === 'string') leaksNothing(answer.body, scene);
    },
  };
}

/** Words that stand in texts of cases and nowhere else: a refusal must not repeat them. */
export const SECRET_WORD = 'xylograph';

function leaksNothing(body: unknown, { tenant }: Scene): void {
  const text = JSON.stringify(body);
  if (text.includes(SECRET_WORD) || text.includes(tenant)) fail(`a refusal tells what it must not: ${text}`);
}

function isAboutRequest(outcome: Outcome): boolean {
  return typeof outcome === 'string' && ABOUT_THE_REQUEST.has(outcome);
}

/** Who may not see it is told that it is not there, before anything else. */
function hidden({ expect, route }: Pick<RequestCase<unknown>, 'expect' | 'route'>): Outcome | null {
  if (isAboutRequest(expect)) return expect;
  return route.includes('{') ? 'not_found' : null;
}

/** Who sees it and may not do it is told so; but what is not there is not there for them either. */
function denied({ expect }: Pick<RequestCase<unknown>, 'expect' | 'route'>): Outcome {
  return isAboutRequest(expect) || expect === 'not_found' ? expect : 'forbidden';
}

function leftBy(route: string): string[] {
  return routeOf(route).method === 'GET' ? [] : ['chat:read'];
}
