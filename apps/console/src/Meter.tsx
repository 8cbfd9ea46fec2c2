interface MeterProps {
  title: string;
  used: number;
  limit: number;
  /** What is said beside it. */
  figure: string;
  /** Whether nearly all of it is too much. */
  warns?: boolean;
}

/** How much of something there is, as a bar and in figures. */
export function Meter({ title, used, limit, figure, warns = false }: MeterProps) {
  const share = limit === 0 ? 100 : Math.min(100, Math.max(0.5, (used / limit) * 100));
  return (
    <div className="meter">
      <span>{title}</span>
      <svg viewBox="0 0 100 1" preserveAspectRatio="none" aria-hidden="true">
        <rect width={share} height="1" data-high={warns && used > limit * 0.9} />
      </svg>
      <span className="figure">{figure}</span>
    </div>
  );
}
