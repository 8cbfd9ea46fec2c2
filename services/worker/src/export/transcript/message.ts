import type { ExportedMessage } from '../source/messages';
import { foreign, markup, NOTHING, time, type Html } from './html';

const TOMBSTONES: Record<string, string> = {
  author: 'deleted by its author',
  moderator: 'deleted by a moderator',
  admin: 'deleted by an administrator',
  retention: 'deleted when its time was over',
  privacy: 'erased',
};

/** A message for reading. Nothing in it leads anywhere: what people wrote is text, links among it too. */
export function messageHtml(message: ExportedMessage, personId: string): Html {
  const own = message.senderId === personId;
  return markup`<article${own ? markup` class="own"` : NOTHING}>
<header><strong>${foreign(message.senderName ?? message.senderId)}</strong>
<span class="dim">${message.senderType === 'user' ? '' : `${message.senderType} · `}no. ${message.messageIndex}</span>
${time(message.createdAt)}${flag(message.edits.length > 0, 'edited')}${flag(message.pinned, 'pinned')}</header>
${text(message)}${notes(message)}${formerTexts(message)}</article>
`;
}

const flag = (set: boolean, name: string): Html => (set ? markup` <span class="dim">${name}</span>` : NOTHING);

function text({ content, deletedAt, deleteReason, erased }: ExportedMessage): Html {
  if (deletedAt !== null)
    return markup`<p class="gone">${TOMBSTONES[deleteReason ?? ''] ?? 'deleted'}, ${time(deletedAt)}</p>`;
  if (content === null) return erased ? markup`<p class="gone">can no longer be read</p>` : NOTHING;
  return markup`<p class="text" dir="auto">${content}</p>`;
}

function notes({ replyTo, mentions, attachments, reactions }: ExportedMessage): Html {
  const lines = [
    ...(replyTo === null ? [] : [markup`<li>Reply to message ${replyTo}</li>`]),
    ...(mentions.length === 0 ? [] : [markup`<li>Mentions ${mentions.join(', ')}</li>`]),
    ...attachments.map(
      ({ label, externalFileId, mime, bytes }) =>
        markup`<li>File ${foreign(label ?? externalFileId)}${label === undefined ? '' : ` (${externalFileId})`}${mime ? `, ${mime}` : ''}${bytes === undefined ? '' : `, ${bytes} bytes`}</li>`,
    ),
    ...reactions.map(({ emoji, userIds }) => markup`<li>${foreign(emoji)} ${userIds.join(', ')}</li>`),
  ];
  return lines.length > 0 ? markup`<ul>${lines}</ul>` : NOTHING;
}

function formerTexts({ edits }: ExportedMessage): Html {
  if (edits.length === 0) return NOTHING;
  const texts = edits.map(
    ({ content, replacedAt }) =>
      markup`<p class="dim">until ${time(replacedAt)}</p>${
        content === null
          ? markup`<p class="gone">can no longer be read</p>`
          : markup`<p class="text" dir="auto">${content}</p>`
      }`,
  );
  return markup`<details><summary>Earlier versions: ${edits.length}</summary>${texts}</details>`;
}
