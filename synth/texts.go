package synth

import (
	"strings"

	"jingwei/grid"
)

// Places in a cell, as workers name them.
var spots = strings.Fields("村口 路口 河边 主干道旁 集市旁 广场附近 学校附近 小区门口 桥头 厂区门口")

// phrases of reports by category; @ stands for the spot and # for the matter.
var phrases = map[string][]string{
	"01": {"巡查发现@有#情况。", "@疑似#，请核实。", "群众反映@存在#。", "@#，已到场了解情况。"},
	"02": {"@住户反映#，希望调解。", "走访得知@有#，双方情绪平稳。", "@发生#，已先行劝解。", "居民来访：#，家住@。"},
	"03": {"检查发现@有#，已要求整改。", "@存在#，需上级处置。", "巡查@时发现#。", "@#，已拍照上报。"},
	"04": {"@发现#，已拍照。", "群众举报@#。", "巡河巡田发现@有#。", "@附近#，请尽快处理。"},
	"05": {"@#，影响通行。", "巡查发现@#。", "居民反映@#多日未解决。", "@有#，已拍照上报。"},
	"06": {"@居民需要协助：#。", "走访@住户，登记#。", "@住户来电：#。", "入户了解到@有居民涉及#。"},
}

// sentences returns the texts that reports on a matter may have.
func sentences(m grid.Matter) []string {
	var out []string
	for _, p := range phrases[m.Code[:2]] {
		for _, s := range spots {
			out = append(out, strings.NewReplacer("@", s, "#", m.Name).Replace(p))
		}
	}
	return out
}
