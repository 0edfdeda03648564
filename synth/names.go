package synth

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// villageHeads and villageTails make the names of villages.
var (
	villageHeads = strings.Fields(`新 永 平 兴 长 太 和 同 光 福 安 东 西 南 北 中 海 江 银 金 红 建 胜 利 丰 德 仁 义 顺 正 万 双 三 五 八 大 龙 凤 虹 文 启 通 富 裕 春 华 民 团 友 联
		李 张 王 陈 顾 朱 陆 徐 沈 黄 吴 周 曹 季 施 姜 钱 袁 薛 汤 秦 范 丁 倪 龚 葛 蔡 马 成 严`)
	villageTails = strings.Fields(`桥 港 灶 庄 园 圩 堡 埭 洪 岸 湾 河 墩 店 场 甸 坝 灶港 家桥 家园 家庄 家埭 家岸 家坝 安 兴 宁 丰 心 结 明 阳 乐 盛 昌 民 星 林 岛 渔`)
)

// villageStems returns n different names, as long as there are so many.
func villageStems(r *rand.Rand, n int) []string {
	stems := make([]string, n)
	order := r.Perm(len(villageHeads) * len(villageTails))
	for i := range stems {
		k := order[i%len(order)]
		stems[i] = villageHeads[k%len(villageHeads)] + villageTails[k/len(villageHeads)]
		if i >= len(order) {
			stems[i] = fmt.Sprintf("%s%d", stems[i], i/len(order)+1)
		}
	}
	return stems
}

// villageSuffix is 社区 in streets and at times elsewhere, 村 otherwise.
func villageSuffix(r *rand.Rand, size townSize) string {
	if r.IntN(100) < [...]int{rural: 20, street: 88, seat: 95, island: 20}[size] {
		return "社区"
	}
	return "村"
}

// ordinalTown names the k-th part of a town that was cut into several.
func ordinalTown(name string, k int) string {
	if k == 0 {
		return name
	}
	suffix := "镇"
	if strings.HasSuffix(name, "街道") {
		suffix = "街道"
	}
	return fmt.Sprintf("%s第%d%s", townStem(name), k+1, suffix)
}

// specialNames are what dedicated grids are, by how many sites they are made of:
// one, two or three, more; first in the country, then in streets.
var specialNames = [3][2][]string{
	{
		strings.Fields("小学 中学 卫生院 农贸市场 汽车站 敬老院 幼儿园 粮油市场 污水处理厂 文化广场"),
		strings.Fields("实验小学 中学 人民医院 商业广场 综合市场 客运站 商务楼宇 幼儿园 体育中心 中医院 购物中心 地铁站"),
	},
	{
		strings.Fields("家纺市场 物流园 工业集中区 建材市场 生态园 水产市场"),
		strings.Fields("职业学院 物流园 科技园 建材市场 文化公园 创业园 会展中心"),
	},
	{
		strings.Fields("工业园区 现代农业园 化工园区 船舶产业园 光伏产业园 家纺产业园"),
		strings.Fields("高新产业园 经济开发园 大学城 电子信息产业园 智能制造产业园"),
	},
}

// urban is 1 in streets and seats, 0 elsewhere.
func urban(size townSize) int {
	if size == street || size == seat {
		return 1
	}
	return 0
}

// specialName names a dedicated grid after its village and what it is, in a way
// that is not used in that village yet.
func specialName(r *rand.Rand, sites int, size townSize, stem string, used map[string]bool) string {
	names := specialNames[min(2, sites/2)][urban(size)]
	name := stem + names[r.IntN(len(names))]
	for k := 2; used[name]; k++ {
		name = fmt.Sprintf("%s第%d%s", stem, k, names[r.IntN(len(names))])
	}
	used[name] = true
	return name
}

// Family and given names of workers; common ones come several times.
var (
	familyNames = strings.Fields(`王 王 王 李 李 李 张 张 张 陈 陈 陈 刘 刘 杨 黄 黄 赵 吴 吴 周 周 徐 徐 孙 马 朱 朱 胡 郭 何 高 林 罗 郑 梁 谢 宋 唐 许 韩 冯 邓 曹 曹 彭 曾 肖 田 董 袁 潘 于 蒋 蔡
		余 杜 叶 程 苏 魏 吕 丁 任 沈 沈 姚 卢 姜 姜 崔 钟 谭 陆 陆 汪 范 金 石 廖 贾 夏 韦 付 方 白 邹 孟 熊 秦 邱 江 尹 薛 闫 段 雷 侯 龙 史 陶 黎 贺 顾 顾 毛 郝 龚 邵 万 钱 严 施 施 倪 季 季 葛 储 瞿 缪 冒 桑`)
	givenNames = strings.Fields(`伟 芳 娜 敏 静 丽 强 磊 军 洋 勇 艳 杰 娟 涛 明 超 霞 平 刚 桂英 建华 建国 建军 志强 志明 秀英 秀兰 秀珍 海燕 海峰 海涛 晓东 晓燕 晓红 文杰 文静 国强 国平 国华 小红 小兵 卫东 卫国
		玉兰 玉梅 玉华 红梅 红霞 红兵 春梅 春华 春燕 丽华 丽娟 丽萍 美华 美芳 金花 金龙 银凤 永康 永明 永生 振华 振东 振宇 俊杰 俊峰 子涵 雨婷 佳怡 佳慧 思远 浩然 宇航 宇轩 欣怡 梦婷 雪梅 雪峰 亚军 亚平 亚琴 爱华 爱民 爱萍 新华 新民 学军 学明 德华 德明 宏伟 宏亮 立新 立群 少华 少军 培德 培林 锦华 锦荣 桂林 桂芳 惠芳 惠英 云飞 云霞`)
)

func personName(r *rand.Rand) string {
	return familyNames[r.IntN(len(familyNames))] + givenNames[r.IntN(len(givenNames))]
}
