import type { Failure } from '../api/client'
import type { Kind, Level, Method, Rank, Role, State } from '../api/types'
import type { Preset } from '../filter/window'

export const languages = ['zh', 'en'] as const
export type Lang = (typeof languages)[number]

/** Every string of the pages. */
export interface Words {
  title: string
  subtitle: string
  otherLanguage: string
  signOut: string
  close: string
  retry: string
  loading: string
  presets: Record<Preset, string>
  window: { label: string; custom: string; first: string; last: string; apply: string }
  matter: { label: string; category: string; item: string; matter: string; all: string }
  search: { label: string; hint: string; none: string }
  map: { label: string; zoomIn: string; zoomOut: string; whole: string }
  legend: {
    title: (level: string) => string
    none: string
    range: (from: string, to?: string) => string
    total: (n: string) => string
    live: string
  }
  tip: { reports: (n: string) => string; open: (n: string) => string; density: (n: string) => string }
  levels: Record<Level, string>
  kinds: Record<Exclude<Kind, ''>, string>
  roles: Record<Role, string>
  ranks: Record<Rank, string>
  states: Record<State, string>
  methods: Record<Method, string>
  area: {
    households: string
    cells: string
    code: string
    size: string
    squareKilometres: (n: string) => string
    reports: string
    open: string
    inWindow: string
    ever: string
    outside: string
    outsideHint: string
  }
  chain: { title: string; nobody: string }
  place: { position: string; method: string; nearest: (metres: string) => string; candidates: string }
  report: {
    title: string
    noMatter: string
    at: string
    received: string
    reporter: string
    cell: string
    holder: string
    unrouted: string
    text: string
    accuracy: string
    metres: (n: string) => string
    why: string
  }
  live: {
    title: string
    empty: string
    waiting: (n: number) => string
    links: { connecting: string; live: string; lost: string }
    lost: (seconds: number) => string
  }
  signIn: { title: string; hint: string; label: string; button: string; expired: string; empty: string }
  failures: Record<Failure, string>
}

const zh: Words = {
  title: '经纬',
  subtitle: '网格事件态势',
  otherLanguage: 'English',
  signOut: '退出',
  close: '关闭',
  retry: '重试',
  loading: '正在载入…',
  presets: { '24h': '24 小时', '7d': '7 天', '30d': '30 天', '1y': '1 年', all: '全部' },
  window: { label: '时间范围', custom: '自定义', first: '从', last: '到', apply: '确定' },
  matter: { label: '事项', category: '大类', item: '项', matter: '事项', all: '全部' },
  search: { label: '查找区域', hint: '区域名称或编码', none: '没有符合的区域' },
  map: { label: '地图:方向键移动,加减键缩放,回车查看中心处', zoomIn: '放大', zoomOut: '缩小', whole: '全域' },
  legend: {
    title: (level) => `每个${level}的事件数`,
    none: '无',
    range: (from, to) => (to === undefined ? `${from} 以上` : from === to ? from : `${from} – ${to}`),
    total: (n) => `所选时间内共 ${n} 件`,
    live: '新上报的事件',
  },
  tip: { reports: (n) => `${n} 件`, open: (n) => `未办结 ${n} 件`, density: (n) => `每平方公里 ${n} 件` },
  levels: { city: '市', county: '县(市、区)', town: '乡镇(街道)', village: '村(社区)', grid: '网格', microgrid: '微网格' },
  kinds: { general: '综合网格', dedicated: '专属网格' },
  roles: { leader: '网格长', liaison: '微网格联络员', dispatcher: '指挥中心', officer: '部门' },
  ranks: { primary: '主责', deputy: '副职' },
  states: {
    reported: '待交办', assigned: '已交办', verifying: '核查中', handling: '处置中', suspended: '已挂账',
    checking: '待核验', closed: '已办结', evaluated: '已问效', void: '已作废', merged: '已并案',
  },
  methods: { exact: '准确落入', ambiguous: '精度所及不止一处', nearest: '取最近单元', outside: '界外' },
  area: {
    households: '户数', cells: '单元数', code: '编码', size: '面积', squareKilometres: (n) => `${n} 平方公里`,
    reports: '事件', open: '未办结', inWindow: '所选时间内', ever: '累计', outside: '不在辖区内', outsideHint: '此处不属于任何单元。',
  },
  chain: { title: '责任链', nobody: '暂无在岗人员' },
  place: { position: '位置', method: '落格', nearest: (m) => `取最近单元,相距 ${m} 米`, candidates: '可能的单元' },
  report: {
    title: '事件', noMatter: '未分类', at: '发生', received: '收到', reporter: '上报人', cell: '所在单元', holder: '当前责任人',
    unrouted: '待人工交办', text: '描述', accuracy: '定位精度', metres: (n) => `${n} 米`, why: '为何由其负责',
  },
  live: {
    title: '实时事件',
    empty: '等待新事件上报…',
    waiting: (n) => `有 ${n} 件新事件`,
    links: { connecting: '连接中', live: '实时', lost: '已断开' },
    lost: (s) => `与服务器的连接已断开,${s} 秒后重连。`,
  },
  signIn: {
    title: '登录', hint: '请粘贴管理员发给您的访问令牌。令牌只保存在本标签页中。', label: '访问令牌', button: '进入',
    expired: '令牌无效或已失效,请换一个。', empty: '请先粘贴令牌。',
  },
  failures: {
    signin: '令牌无效或已失效。', forbidden: '您的权限看不到这里。', missing: '找不到所要的内容。', gone: '所要的内容已不存在。', refused: '服务器不接受这个请求。',
    server: '服务器出错,请稍后重试。', network: '连不上服务器,请检查网络。',
  },
}

const plural = (n: string | number, one: string, many: string) => `${n} ${String(n) === '1' ? one : many}`

const en: Words = {
  title: 'Jingwei',
  subtitle: 'Grid reports at a glance',
  otherLanguage: '中文',
  signOut: 'Sign out',
  close: 'Close',
  retry: 'Try again',
  loading: 'Loading…',
  presets: { '24h': '24 h', '7d': '7 d', '30d': '30 d', '1y': '1 y', all: 'All' },
  window: { label: 'Time window', custom: 'Custom', first: 'From', last: 'To', apply: 'Apply' },
  matter: { label: 'Matter', category: 'Category', item: 'Item', matter: 'Matter', all: 'all' },
  search: { label: 'Find an area', hint: 'Area name or code', none: 'No such area' },
  map: { label: 'Map: arrow keys move, plus and minus zoom, Enter looks at the centre', zoomIn: 'Zoom in', zoomOut: 'Zoom out', whole: 'Whole territory' },
  legend: {
    title: (level) => `Reports per ${level.toLowerCase()}`,
    none: 'none',
    range: (from, to) => (to === undefined ? `${from} or more` : from === to ? from : `${from} – ${to}`),
    total: (n) => `${plural(n, 'report', 'reports')} in the window`,
    live: 'newly reported',
  },
  tip: { reports: (n) => plural(n, 'report', 'reports'), open: (n) => `${n} open`, density: (n) => `${n} per km²` },
  levels: { city: 'City', county: 'County', town: 'Town', village: 'Village', grid: 'Grid', microgrid: 'Micro-grid' },
  kinds: { general: 'general grid', dedicated: 'dedicated grid' },
  roles: { leader: 'grid leader', liaison: 'liaison', dispatcher: 'dispatcher', officer: 'officer' },
  ranks: { primary: 'primary', deputy: 'deputy' },
  states: {
    reported: 'unassigned', assigned: 'assigned', verifying: 'verifying', handling: 'handling', suspended: 'suspended',
    checking: 'checking', closed: 'closed', evaluated: 'evaluated', void: 'void', merged: 'merged',
  },
  methods: { exact: 'inside the cell', ambiguous: 'accuracy reaches other cells', nearest: 'nearest cell', outside: 'outside' },
  area: {
    households: 'Households', cells: 'Cells', code: 'Code', size: 'Size', squareKilometres: (n) => `${n} km²`,
    reports: 'Reports', open: 'Open', inWindow: 'in the window', ever: 'in all', outside: 'Outside the territory',
    outsideHint: 'This place belongs to no cell.',
  },
  chain: { title: 'Chain of responsibility', nobody: 'Nobody on duty' },
  place: { position: 'Position', method: 'Located', nearest: (m) => `nearest cell, ${m} m away`, candidates: 'Possible cells' },
  report: {
    title: 'Report', noMatter: 'No matter given', at: 'Happened', received: 'Received', reporter: 'Reporter', cell: 'Cell', holder: 'Holder',
    unrouted: 'waits for a dispatcher', text: 'Description', accuracy: 'Accuracy', metres: (n) => `${n} m`, why: 'Why this holder',
  },
  live: {
    title: 'Live reports',
    empty: 'Waiting for new reports…',
    waiting: (n) => plural(n, 'new report', 'new reports'),
    links: { connecting: 'connecting', live: 'live', lost: 'lost' },
    lost: (s) => `The connection to the server is lost; next try in ${s} s.`,
  },
  signIn: {
    title: 'Sign in', hint: 'Paste the access token that your administrator gave you. It is kept in this tab only.', label: 'Access token',
    button: 'Enter', expired: 'This token is not valid or has expired. Please use another.', empty: 'Paste a token first.',
  },
  failures: {
    signin: 'The token is not valid or has expired.', forbidden: 'Your token does not let you see this.', missing: 'Nothing was found there.', gone: 'What was there is gone.',
    refused: 'The server does not accept this request.', server: 'The server failed. Please try again later.',
    network: 'The server cannot be reached. Please check the network.',
  },
}

export const dictionary: Record<Lang, Words> = { zh, en }
