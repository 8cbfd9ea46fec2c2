import type { Partition } from './answers.ts';
import { count, duration } from './format.ts';

export function Partitions({ partitions }: { partitions: readonly Partition[] }) {
  return (
    <section aria-labelledby="partitions">
      <h2 id="partitions">Partitions</h2>
      <div className="scroll" tabIndex={0} role="group" aria-label="Table of partitions">
        <table>
          <thead>
            <tr>
              <th scope="col">Partition</th>
              <th scope="col">Owner</th>
              <th scope="col" className="number">
                Lag, events
              </th>
              <th scope="col" className="number">
                Lag, time
              </th>
              <th scope="col" className="number records">
                Records
              </th>
            </tr>
          </thead>
          <tbody>
            {partitions.map((one) => (
              <tr key={one.partition}>
                <th scope="row">{one.partition}</th>
                <td>{one.owner?.replace(/^https?:\/\//, '') ?? <span className="badge bad">nobody</span>}</td>
                <td className="number">{count(one.lagRecords)}</td>
                <td className="number">{one.lagSeconds === null ? 'not known' : duration(one.lagSeconds)}</td>
                <td className="number records">{count(one.head)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}
