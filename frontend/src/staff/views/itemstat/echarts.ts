import { BarChart, LineChart, ScatterChart } from 'echarts/charts'
import { GridComponent, LegendComponent, MarkAreaComponent, MarkLineComponent } from 'echarts/components'
import { init, use } from 'echarts/core'
import { CanvasRenderer } from 'echarts/renderers'

// The parts of ECharts that are used, in a chunk of their own. The SVG renderer
// would set style attributes, which the pages do not allow.
use([BarChart, LineChart, ScatterChart, GridComponent, LegendComponent, MarkAreaComponent, MarkLineComponent, CanvasRenderer])

/** A chart in a box, drawn finely enough to be printed. */
export const chart = (box: HTMLElement) => init(box, null, { renderer: 'canvas', devicePixelRatio: Math.max(globalThis.devicePixelRatio, 2) })
