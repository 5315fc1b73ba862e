import type { Incident, OrderKind, OrderRequest, ProgressRow } from '../../lib/types'
import type { Scope } from './order'

/** An order that is about to be given, with the seats as they stood when it was asked for. */
export interface Ask {
  kind: OrderKind
  scope: Scope
  rows: readonly ProgressRow[]
  /** When the server said how the seats stand. */
  asOf: string
  incident?: Incident
  /** Sent before without a reply: it is sent again as it was. */
  sent?: OrderRequest
}
