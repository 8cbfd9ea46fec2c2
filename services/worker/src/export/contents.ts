/** What the files of an export are, for its manifest and README. */
export const CONTENTS = {
  'README.txt': 'What this archive is and what is in it.',
  'profile.json': 'The profile of the person.',
  'threads.ndjson': 'Threads about the person, and those it takes or took part in or wrote in; one a line.',
  'memberships.ndjson': 'Since when and as what the person takes or took part in threads; one a line.',
  'reading.ndjson': 'How far the person has read each thread, and how it wants to see it; one a line.',
  'messages.ndjson': 'Messages, with former texts, reactions and files; one a line, thread after thread.',
  'attachments.ndjson': 'References of the files that were sent with messages; one a line.',
  'privacy_requests.ndjson': 'Requests to export or erase the person; one a line.',
  'activity.ndjson': 'What the person did, newest first, without text; one a line.',
  'transcript.html': 'The messages for reading in a browser, offline.',
} as const;
export type ContentName = keyof typeof CONTENTS;

export const TRANSCRIPT_PAGE = 'Messages of a thread, for reading.';
export const MANIFEST = 'manifest.json';
/** Names the form of the archive; files and fields may be added to it, never changed or taken away. */
export const EXPORT_SCHEMA = 'threadlog.export.v1';

/** The README of an archive. */
export function readme(about: { tenant: string; kind: string; id: string; generatedAt: string }): string {
  const files = Object.entries(CONTENTS).map(([name, what]) => `${name}\n    ${what}`);
  return `Export of personal data

${about.kind} ${about.id} of ${about.tenant}, as of ${about.generatedAt}

Open transcript.html in a browser to read. The other files are for programs: JSON in UTF-8, and
NDJSON, which is one JSON object a line. Times are UTC.

${files.join('\n')}
${MANIFEST}
    Names, sizes, counts and SHA-256 of all other files. Where "complete" is false, "incomplete" names
    what has changes that could not be processed yet: ask for another export later.

A long transcript goes on in transcript/001.html and so on.

Where a text can no longer be read, because keys that it was sealed with were destroyed, it is
null and "erased" is true. Messages that were deleted are there without their text; what was
deleted or edited after this archive was made is in it as it was. The title of a
thread that the person left is there only if it has not changed since; else "withheld" is true. Of
threads that the person does not see (any more) neither number of messages nor last activity is
told, and sub-threads that it was not shown are here only where it wrote in them.
Files that were sent with messages are kept elsewhere: only their references are here.

This archive is not encrypted. Keep it where only those see it who may.
`;
}
