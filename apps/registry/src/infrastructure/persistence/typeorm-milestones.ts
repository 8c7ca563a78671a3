import { available } from '#database';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { Milestones, type Milestone } from '../../domain/milestones.js';

/** Milestones in PostgreSQL. */
@Injectable()
export class TypeOrmMilestones extends Milestones {
  constructor(private readonly dataSource: DataSource) {
    super();
  }

  async isReached(milestone: Milestone): Promise<boolean> {
    const rows: unknown[] = await available(() =>
      this.dataSource.query('SELECT m.name FROM registry.milestones m WHERE m.name = $1', [milestone]),
    );
    return rows.length > 0;
  }

  async reach(milestone: Milestone): Promise<void> {
    await available(() =>
      this.dataSource.query('INSERT INTO registry.milestones (name) VALUES ($1) ON CONFLICT (name) DO NOTHING', [
        milestone,
      ]),
    );
  }
}
