import { useState, type FormEvent } from 'react';

interface TenantFormProps {
  onShow(tenant: string): void;
}

/** Whose data is looked at. */
export function TenantForm({ onShow }: TenantFormProps) {
  const [tenant, setTenant] = useState('');
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onShow(tenant.trim());
  };
  return (
    <form className="choice" role="search" onSubmit={submit}>
      <div>
        <label htmlFor="tenant">Tenant</label>
        <input
          {...{ id: 'tenant', required: true, autoComplete: 'off', spellCheck: false, maxLength: 128, value: tenant }}
          onChange={({ target }) => setTenant(target.value)}
        />
      </div>
      <button type="submit" className="primary">
        Show
      </button>
    </form>
  );
}
