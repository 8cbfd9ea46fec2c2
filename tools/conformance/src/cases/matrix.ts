import type { Ask, Case, Name, Outcome } from '../case';
import { request } from '../variants';
import { room, type Room, type RoomOptions } from './given';

export interface Matrix {
  route: string;
  /** What is done, for the name of the case. */
  action: string;
  room?: RoomOptions;
  request: (room: Room) => Ask;
  /** What each of the cast is answered. */
  outcomes: Partial<Record<Name, Outcome>>;
}

/** One action by everybody: a row of the permission table, as cases. */
export function matrix({ route, action, room: options = {}, request: requestOf, outcomes }: Matrix): Case[] {
  return (Object.entries(outcomes) as [Name, Outcome][]).flatMap(([who, expect]) =>
    request<Room>({
      route,
      name: `${action} as ${ROLES[who]}`,
      given: (scene) => room(scene, options),
      as: who,
      request: requestOf,
      expect,
      // The table is about people; what other tenants see is asked once.
      elsewhere: null,
      stranger: null,
      unpermitted: null,
    }),
  );
}

const ROLES: Record<Name, string> = {
  ann: 'its owner',
  mo: 'its moderator',
  bob: 'a member',
  cyd: 'an outsider',
  eve: 'a stranger',
  lena: 'its learner',
  tess: 'a teacher in scope',
  gus: 'a guardian in scope',
  bot: 'an agent who takes no part',
  root: 'an administrator',
  aud: 'an auditor',
};
