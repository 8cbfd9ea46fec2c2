import { story, type Case } from '../case';
import { like } from '../like';

/** A case of the sockets. */
export const socket = (name: string, run: Case['run'], needs: string[] = []): Case =>
  story(`socket: ${name}`, ['socket', ...needs], run);

/** The attempt must be refused, with this reason. */
export async function refused(attempt: Promise<unknown>, message: string): Promise<void> {
  const reason = await attempt.then(
    () => 'nothing: it was let in',
    (error: unknown) => (error as Error).message,
  );
  like(reason, message, 'reason');
}
