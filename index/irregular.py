"""English forms that a stemmer does not reach: verbs that change their stem, and plurals that change their vowel."""

# The base form first. Forms that are common words of their own (saw, left, found, ground, wound, lay, felt, bore) are left out.
_FORMS = """
arise arose arisen; awake awoke awoken; beat beaten; become became; begin began begun; bend bent; bind bound; bite bit bitten;
bleed bled; blow blew blown; break broke broken; breed bred; bring brought; build built; burn burnt; buy bought; catch caught;
choose chose chosen; cling clung; come came; creep crept; deal dealt; dig dug; do did done; draw drew drawn; drink drank drunk;
drive drove driven; eat ate eaten; fall fell fallen; feed fed; fight fought; flee fled; fly flew flown; forbid forbade
forbidden; forecast forecasted; forget forgot forgotten; forgive forgave forgiven; freeze froze frozen; get got gotten; give
gave given; go went gone; grow grew grown; hang hung; have had has; hear heard; hide hid hidden; hold held; keep kept; kneel
knelt; know knew known; lead led; leap leapt; learn learnt; lend lent; lose lost; make made; mean meant; meet met; mistake
mistook mistaken; overcome overcame; oversee oversaw overseen; pay paid; prove proven; ride rode ridden; ring rang rung; rise
risen; run ran; say said; see seen; seek sought; sell sold; send sent; shake shook shaken; shine shone; shoot shot; show shown;
shrink shrank shrunk; sing sang sung; sink sank sunk; sit sat; sleep slept; slide slid; speak spoke spoken; spend spent; spin
spun; spring sprang sprung; stand stood; steal stole stolen; stick stuck; strike struck stricken; strive strove; swear swore
sworn; sweep swept; swim swam swum; swing swung; take took taken; teach taught; tear tore torn; tell told; think thought; throw
threw thrown; undergo underwent undergone; understand understood; undertake undertook undertaken; wake woke woken; wear wore
worn; weave wove woven; weep wept; win won; withdraw withdrew withdrawn; withstand withstood; write wrote written; man men;
woman women; child children; foot feet; tooth teeth; mouse mice; person people; life lives; knife knives; wife wives; half
halves; leaf leaves; thief thieves; analysis analyses; basis bases; crisis crises; hypothesis hypotheses; thesis theses;
criterion criteria; phenomenon phenomena; datum data; bacterium bacteria; index indices; medium media; policeman policemen;
fireman firemen; policewoman policewomen; spokesman spokesmen; gunman gunmen
"""

BASE_OF = {form: base for line in _FORMS.split(";") for base, *forms in [line.split()] for form in forms}
