/** As the process takes it: it becomes a part of an id. */
const NAME = /^[A-Za-z0-9._@+-]{1,100}$/;

export const isName = (text: string): boolean => NAME.test(text);

interface NameFieldProps {
  name: string;
  onName(name: string): void;
}

/** Who acts. Nothing can be done in a tenant before it is said. */
export function NameField({ name, onName }: NameFieldProps) {
  return (
    <div className="field">
      <label htmlFor="acting">Your name</label>
      <input
        {...{ id: 'acting', autoComplete: 'username', spellCheck: false, maxLength: 100, value: name }}
        aria-describedby="acting-help"
        aria-invalid={name !== '' && !isName(name)}
        onChange={({ target }) => onName(target.value)}
      />
      <p id="acting-help" className="hint">
        Letters, digits and . _ @ + - : what you do stands in the tenant’s audit log as{' '}
        <code>operator|{name || 'NAME'}</code>.
      </p>
    </div>
  );
}
